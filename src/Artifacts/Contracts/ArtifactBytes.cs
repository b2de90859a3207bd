using Takt.Kernel;

namespace Takt.Artifacts;

/// <summary>Short ways in and out for content that fits in memory.</summary>
public static class ArtifactBytes
{
    public static async Task<Blob> PutAsync(this IArtifactStore store, ProjectId project, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        using var stream = new MemoryStream(content.ToArray(), writable: false);
        return await store.PutAsync(project, stream, cancellationToken).ConfigureAwait(false);
    }

    /// <param name="limit">Refuses more bytes than this.</param>
    public static async Task<byte[]> ReadAsync(this IArtifactStore store, ProjectId project, Digest digest, int limit, CancellationToken cancellationToken)
    {
        await using var stream = await store.OpenAsync(project, digest, cancellationToken).ConfigureAwait(false);
        if (stream.Length > limit) throw new InvalidDataException($"Artifact {digest} has {stream.Length} bytes; at most {limit} are read here.");
        var bytes = new byte[stream.Length];
        await stream.ReadExactlyAsync(bytes, cancellationToken).ConfigureAwait(false);
        return bytes;
    }
}
