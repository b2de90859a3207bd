using System.Buffers;
using Takt.Kernel;

namespace Takt.Artifacts.Folder;

/// <summary>Reads a blob, checking each chunk before a byte of it is handed out. Seeks at no cost but reading the chunk sought. Not thread-safe.</summary>
internal sealed class CheckedStream(Stream blob, Digest digest, long length, Digest[] chunks) : Stream
{
    private byte[]? buffer = ArrayPool<byte>.Shared.Rent(ChunkedDigest.ChunkSize);
    private long loaded = -1;
    private int filled;
    private long position;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => length;

    public override long Position
    {
        get => position;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            position = value;
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> destination, CancellationToken cancellationToken = default)
    {
        if (position >= length || destination.IsEmpty) return 0;
        var chunk = position / ChunkedDigest.ChunkSize;
        if (chunk != loaded)
        {
            ObjectDisposedException.ThrowIf(buffer is null, this);
            loaded = -1;
            blob.Position = chunk * ChunkedDigest.ChunkSize;
            Check(chunk, await blob.ReadAtLeastAsync(buffer.AsMemory(0, ChunkedDigest.ChunkSize), Expected(chunk), throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false));
        }
        return Hand(destination.Span);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(Span<byte> destination)
    {
        if (position >= length || destination.IsEmpty) return 0;
        var chunk = position / ChunkedDigest.ChunkSize;
        if (chunk != loaded)
        {
            ObjectDisposedException.ThrowIf(buffer is null, this);
            loaded = -1;
            blob.Position = chunk * ChunkedDigest.ChunkSize;
            Check(chunk, blob.ReadAtLeast(buffer.AsSpan(0, ChunkedDigest.ChunkSize), Expected(chunk), throwOnEndOfStream: false));
        }
        return Hand(destination);
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override long Seek(long offset, SeekOrigin origin) => Position = offset + origin switch
    {
        SeekOrigin.Begin => 0,
        SeekOrigin.Current => position,
        _ => length,
    };

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing && buffer is { } rented)
        {
            buffer = null;
            ArrayPool<byte>.Shared.Return(rented);
            blob.Dispose();
        }
        base.Dispose(disposing);
    }

    private int Expected(long chunk) => (int)Math.Min(ChunkedDigest.ChunkSize, length - chunk * ChunkedDigest.ChunkSize);

    private void Check(long chunk, int read)
    {
        if (read != Expected(chunk) || ChunkedDigest.Chunk(buffer.AsSpan(0, read)) != chunks[chunk]) throw new ArtifactDamagedException(digest, chunk);
        (loaded, filled) = (chunk, read);
    }

    private int Hand(Span<byte> destination)
    {
        ObjectDisposedException.ThrowIf(buffer is null, this);
        var at = (int)(position - loaded * ChunkedDigest.ChunkSize);
        var count = Math.Min(destination.Length, filled - at);
        buffer.AsSpan(at, count).CopyTo(destination);
        position += count;
        return count;
    }
}
