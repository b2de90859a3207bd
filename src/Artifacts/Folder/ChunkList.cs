using Takt.Kernel;

namespace Takt.Artifacts.Folder;

/// <summary>The leaves of a blob's chunks, checked against its digest.</summary>
internal static class ChunkList
{
    /// <exception cref="ArtifactDamagedException">Neither the kept list nor the blob itself leads to the digest.</exception>
    public static async Task<Digest[]> ReadAsync(BlobFolder folder, Digest digest, long size, CancellationToken cancellationToken)
    {
        var count = (int)((size + ChunkedDigest.ChunkSize - 1) / ChunkedDigest.ChunkSize);
        if (count <= 1) return count == 0 ? [] : [digest];
        try
        {
            var bytes = await File.ReadAllBytesAsync(folder.ChunksPath(digest), cancellationToken).ConfigureAwait(false);
            if (bytes.Length == count * Digest.Size)
            {
                var chunks = Enumerable.Range(0, count).Select(i => new Digest(bytes.AsSpan(i * Digest.Size, Digest.Size))).ToArray();
                if (ChunkedDigest.Root(chunks) == digest) return chunks;
            }
        }
        catch (FileNotFoundException)
        {
            // the blob itself can tell
        }
        return await RebuildAsync(folder, digest, count, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The list was lost or damaged: where the blob is whole, it is made again from it.</summary>
    private static async Task<Digest[]> RebuildAsync(BlobFolder folder, Digest digest, int count, CancellationToken cancellationToken)
    {
        await using var blob = File.OpenRead(folder.BlobPath(digest));
        var buffer = new byte[ChunkedDigest.ChunkSize];
        var chunks = new Digest[count];
        for (var i = 0; i < count; i++)
        {
            var filled = await blob.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            chunks[i] = ChunkedDigest.Chunk(buffer.AsSpan(0, filled));
        }
        if (ChunkedDigest.Root(chunks) != digest) throw new ArtifactDamagedException(digest, 0);
        var list = Path.Combine(folder.Incoming, Guid.NewGuid().ToString("N"));
        await File.WriteAllBytesAsync(list, chunks.SelectMany(c => c.ToArray()).ToArray(), cancellationToken).ConfigureAwait(false);
        BlobFolder.Place(list, folder.ChunksPath(digest));
        return chunks;
    }
}
