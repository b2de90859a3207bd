using Takt.Artifacts;
using Takt.Kernel;

namespace Takt.Datasets.Tests;

/// <summary>Blobs in a folder.</summary>
internal sealed class FolderArtifacts(string folder) : IArtifactStore
{
    public string LocalFolder => folder;

    public async Task<Blob> PutAsync(ProjectId project, Stream content, CancellationToken cancellationToken)
    {
        using var bytes = new MemoryStream();
        await content.CopyToAsync(bytes, cancellationToken);
        var digest = ChunkedDigest.Of(bytes.ToArray());
        Directory.CreateDirectory(folder);
        if (!File.Exists(PathOf(digest))) await File.WriteAllBytesAsync(PathOf(digest), bytes.ToArray(), cancellationToken);
        return new Blob(digest, bytes.Length);
    }

    public Task<Blob?> FindAsync(ProjectId project, Digest digest, CancellationToken cancellationToken) =>
        Task.FromResult(File.Exists(PathOf(digest)) ? new Blob(digest, new FileInfo(PathOf(digest)).Length) : null);

    public Task<Stream> OpenAsync(ProjectId project, Digest digest, CancellationToken cancellationToken) => Task.FromResult<Stream>(File.OpenRead(PathOf(digest)));

    public Task<string> LocalPathAsync(ProjectId project, Digest digest, CancellationToken cancellationToken) => Task.FromResult(PathOf(digest));

    private string PathOf(Digest digest) => Path.Combine(folder, digest.ToString());
}
