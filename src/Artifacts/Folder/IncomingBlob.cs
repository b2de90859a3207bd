using System.Runtime.InteropServices;
using Takt.Kernel;

namespace Takt.Artifacts.Folder;

/// <summary>A blob on its way in: written to a temporary file and hashed chunk by chunk. Disposed without <see cref="Keep"/>, nothing remains.</summary>
internal sealed class IncomingBlob : IAsyncDisposable
{
    private readonly BlobFolder folder;
    private readonly string path;
    private readonly FileStream file;
    private readonly List<Digest> chunks = [];

    private IncomingBlob(BlobFolder folder)
    {
        this.folder = folder;
        path = Path.Combine(folder.Incoming, Guid.NewGuid().ToString("N"));
        file = Create(path);
    }

    public Digest Digest { get; private set; }

    public long Size { get; private set; }

    /// <summary>Reads the content to its end.</summary>
    /// <param name="limit">Refused where there is more.</param>
    public static async Task<IncomingBlob> ReceiveAsync(BlobFolder folder, Stream content, long limit, CancellationToken cancellationToken)
    {
        var blob = new IncomingBlob(folder);
        try
        {
            await blob.ReadAsync(content, limit, cancellationToken).ConfigureAwait(false);
            return blob;
        }
        catch
        {
            await blob.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Puts it in its place, on disk; a damaged one that lay there is mended by it.</summary>
    public void Keep()
    {
        file.Flush(flushToDisk: true);
        if (chunks.Count > 1)
        {
            var list = path + ".chunks";
            try
            {
                using (var stream = Create(list))
                {
                    foreach (var chunk in chunks) stream.Write(chunk.ToArray());
                    stream.Flush(flushToDisk: true);
                    BlobFolder.Place(list, folder.ChunksPath(Digest));
                }
            }
            catch
            {
                File.Delete(list);
                throw;
            }
        }
        BlobFolder.Place(path, folder.BlobPath(Digest));
    }

    public async ValueTask DisposeAsync()
    {
        await file.DisposeAsync().ConfigureAwait(false);
        File.Delete(path);
    }

    private async Task ReadAsync(Stream content, long limit, CancellationToken cancellationToken)
    {
        // From the array pool a MiB comes as it is; two readers of large blobs hold two.
        var buffer = System.Buffers.ArrayPool<byte>.Shared.Rent(ChunkedDigest.ChunkSize);
        try
        {
            while (true)
            {
                var filled = await content.ReadAtLeastAsync(buffer.AsMemory(0, ChunkedDigest.ChunkSize), ChunkedDigest.ChunkSize, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
                if (filled == 0) break;
                Size += filled;
                if (Size > limit) throw new RefusedException(ArtifactProblems.TooLarge(limit));
                chunks.Add(ChunkedDigest.Chunk(buffer.AsSpan(0, filled)));
                await file.WriteAsync(buffer.AsMemory(0, filled), cancellationToken).ConfigureAwait(false);
                if (filled < ChunkedDigest.ChunkSize) break;
            }
        }
        finally
        {
            System.Buffers.ArrayPool<byte>.Shared.Return(buffer);
        }
        Digest = ChunkedDigest.Root(CollectionsMarshal.AsSpan(chunks));
    }

    private static FileStream Create(string path)
    {
        // Locked against the sweep of another process; unbuffered, since it is written by whole chunks.
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None, BufferSize = 0, Options = FileOptions.Asynchronous };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(path, options);
    }
}
