using System.Collections.Concurrent;
using Takt.Artifacts;
using Takt.Kernel;

namespace Takt.TestKit;

/// <summary>An artifact store for tests that are about something else: blobs in memory, local paths in a folder of its own.</summary>
internal sealed class BlobsInMemory : IArtifactStore, IDisposable
{
    private readonly ConcurrentDictionary<(ProjectId, Digest), byte[]> blobs = new();

    public string LocalFolder { get; } = Directory.CreateTempSubdirectory("takt-blobs-").FullName;

    public async Task<Blob> PutAsync(ProjectId project, Stream content, CancellationToken cancellationToken)
    {
        using var buffer = new MemoryStream();
        await content.CopyToAsync(buffer, cancellationToken);
        var bytes = buffer.ToArray();
        var digest = ChunkedDigest.Of(bytes);
        blobs[(project, digest)] = bytes;
        return new Blob(digest, bytes.Length);
    }

    public Task<Blob?> FindAsync(ProjectId project, Digest digest, CancellationToken cancellationToken) =>
        Task.FromResult(blobs.TryGetValue((project, digest), out var bytes) ? new Blob(digest, bytes.Length) : null);

    public Task<Stream> OpenAsync(ProjectId project, Digest digest, CancellationToken cancellationToken) =>
        blobs.TryGetValue((project, digest), out var bytes) ? Task.FromResult<Stream>(new MemoryStream(bytes, writable: false)) : throw new FileNotFoundException(digest.ToString());

    public async Task<string> LocalPathAsync(ProjectId project, Digest digest, CancellationToken cancellationToken)
    {
        var path = Path.Combine(LocalFolder, digest.ToString());
        if (!File.Exists(path)) await File.WriteAllBytesAsync(path, blobs[(project, digest)], cancellationToken);
        return path;
    }

    public void Dispose() => Directory.Delete(LocalFolder, recursive: true);
}
