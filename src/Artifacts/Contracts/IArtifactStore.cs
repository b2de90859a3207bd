using Takt.Kernel;

namespace Takt.Artifacts;

/// <summary>Content-addressed blobs of a project. What is read has been checked against its digest. Thread-safe.</summary>
public interface IArtifactStore
{
    /// <summary>Streams <paramref name="content"/> in (memory: a few chunks, whatever its size). The same bytes are kept once. Durable when it returns.</summary>
    Task<Blob> PutAsync(ProjectId project, Stream content, CancellationToken cancellationToken);

    /// <summary>The blob's facts, or null where the project has none of that digest.</summary>
    Task<Blob?> FindAsync(ProjectId project, Digest digest, CancellationToken cancellationToken);

    /// <summary>Reads it, checking each chunk before its bytes are handed out. The stream can seek.</summary>
    /// <exception cref="ArtifactDamagedException">A chunk does not match.</exception>
    /// <exception cref="FileNotFoundException">The project has no such blob.</exception>
    Task<Stream> OpenAsync(ProjectId project, Digest digest, CancellationToken cancellationToken);

    /// <summary>A local file with the checked content, for engines that read files (DuckDB, ONNX Runtime). Read only; stays at least until the process ends.</summary>
    Task<string> LocalPathAsync(ProjectId project, Digest digest, CancellationToken cancellationToken);

    /// <summary>The folder below which every <see cref="LocalPathAsync"/> lies.</summary>
    string LocalFolder { get; }
}

/// <summary>A kept blob.</summary>
/// <param name="Digest"><see cref="ChunkedDigest"/> of the content.</param>
/// <param name="Size">Bytes.</param>
public sealed record Blob(Digest Digest, long Size);

/// <summary>What lies on disk is not what was put there: chunk <paramref name="chunk"/> of <paramref name="digest"/> does not match.</summary>
public sealed class ArtifactDamagedException(Digest digest, long chunk)
    : Exception($"Artifact {digest} is damaged in its chunk {chunk} (of 1 MiB): restore it from a backup.")
{
    public Digest Digest { get; } = digest;

    public long Chunk { get; } = chunk;
}
