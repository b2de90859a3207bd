using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace Takt.Serving;

/// <summary>Every truth of a deployment as it came, in records of 40 bytes with a checksum: on disk before a caller is told that it arrived. Not thread-safe.</summary>
internal sealed class TruthLog : IDisposable
{
    private const int Size = 40;

    private readonly string path;
    private SafeFileHandle handle;
    private long length;

    public TruthLog(string path)
    {
        this.path = path;
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        handle = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        length = RandomAccess.GetLength(handle) / Size * Size;
    }

    public long Bytes => length;

    public void Append(ReadOnlySpan<Truth> truths)
    {
        var bytes = new byte[truths.Length * Size];
        for (var i = 0; i < truths.Length; i++) Write(truths[i], bytes.AsSpan(i * Size, Size));
        RandomAccess.Write(handle, bytes, length);
        RandomAccess.FlushToDisk(handle);
        length += bytes.Length;
    }

    public List<Truth> ReadAll()
    {
        var bytes = new byte[length];
        RandomAccess.Read(handle, bytes, 0);
        var truths = new List<Truth>((int)(length / Size));
        for (var at = 0; at < bytes.Length; at += Size)
        {
            var record = bytes.AsSpan(at, Size);
            if (SegmentFormat.Crc(record[..36]) != BinaryPrimitives.ReadUInt32LittleEndian(record[36..])) continue; // torn
            truths.Add(new Truth(new Guid(record[..16], bigEndian: true), BinaryPrimitives.ReadInt32LittleEndian(record[16..]), BinaryPrimitives.ReadDoubleLittleEndian(record[20..]), BinaryPrimitives.ReadInt64LittleEndian(record[28..])));
        }
        return truths;
    }

    /// <summary>Keeps these alone.</summary>
    public void Rewrite(ReadOnlySpan<Truth> truths)
    {
        var bytes = new byte[truths.Length * Size];
        for (var i = 0; i < truths.Length; i++) Write(truths[i], bytes.AsSpan(i * Size, Size));
        using (var part = new FileStream(path + ".part", FileMode.Create))
        {
            part.Write(bytes);
            part.Flush(flushToDisk: true);
        }
        handle.Dispose();
        File.Move(path + ".part", path, overwrite: true);
        handle = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read);
        length = bytes.Length;
    }

    public void Dispose() => handle.Dispose();

    private static void Write(in Truth truth, Span<byte> record)
    {
        truth.Id.TryWriteBytes(record, bigEndian: true, out _);
        BinaryPrimitives.WriteInt32LittleEndian(record[16..], truth.Row);
        BinaryPrimitives.WriteDoubleLittleEndian(record[20..], truth.Label);
        BinaryPrimitives.WriteInt64LittleEndian(record[28..], truth.Arrived);
        BinaryPrimitives.WriteUInt32LittleEndian(record[36..], SegmentFormat.Crc(record[..36]));
    }
}

/// <summary>What turned out to be so.</summary>
/// <param name="Row">Of the request, from 0.</param>
/// <param name="Arrived">Microseconds since 1970.</param>
internal readonly record struct Truth(Guid Id, int Row, double Label, long Arrived);
