using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace Takt.Serving;

/// <summary>
/// The inference log's segment: a header of 8 bytes, then records. A record is its length (u32), the CRC-32C of its payload (u32) and the payload;
/// all numbers little-endian. A payload begins with its kind: a schema (who answered, and with which inputs) or an answer that names its schema.
/// What is torn at the end is cut off when the segment is opened again; nothing before it is touched.
/// </summary>
internal static class SegmentFormat
{
    public const int RecordHeader = 8;
    public const byte Schema = 1;
    public const byte Answer = 2;
    public const byte ShadowFlag = 1;

    /// <summary>Largest payload; anything longer is damage.</summary>
    public const int MaxPayload = 64 << 20;

    public static ReadOnlySpan<byte> Magic => "TAKTLOG1"u8;

    public static uint Crc(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        while (bytes.Length >= 8)
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[8..];
        }
        foreach (var b in bytes) crc = BitOperations.Crc32C(crc, b);
        return ~crc;
    }

    /// <summary>Reads one record's payload at the start of <paramref name="bytes"/>.</summary>
    /// <param name="whole">Length of the record with its header; 0 where the bytes end inside it.</param>
    /// <returns>False where the bytes are no record: damage.</returns>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out ReadOnlySpan<byte> payload, out int whole)
    {
        payload = default;
        whole = 0;
        if (bytes.Length < RecordHeader) return true;
        var length = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        if (length is 0 or > MaxPayload) return false;
        if (bytes.Length < RecordHeader + (int)length) return true;
        payload = bytes.Slice(RecordHeader, (int)length);
        if (Crc(payload) != BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..])) return false;
        whole = RecordHeader + (int)length;
        return true;
    }

    /// <summary>Microseconds since 1970, as the log counts time.</summary>
    public static long Micros(DateTimeOffset time) => Micros(time.UtcDateTime);

    /// <param name="utc">In UTC.</param>
    public static long Micros(DateTime utc) => (utc.Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    public static DateTimeOffset Time(long micros) => DateTimeOffset.UnixEpoch.AddTicks(micros * TimeSpan.TicksPerMicrosecond);
}

/// <summary>Writes little-endian values one after another.</summary>
internal ref struct SpanWriter(Span<byte> target)
{
    private readonly Span<byte> target = target;

    public int At { get; private set; }

    public void Byte(byte value) => target[At++] = value;

    public void UInt16(int value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(target[At..], checked((ushort)value));
        At += 2;
    }

    public void UInt32(uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(target[At..], value);
        At += 4;
    }

    public void Int64(long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(target[At..], value);
        At += 8;
    }

    public void Single(float value)
    {
        BinaryPrimitives.WriteSingleLittleEndian(target[At..], value);
        At += 4;
    }

    public void Guid(Guid value)
    {
        value.TryWriteBytes(target[At..], bigEndian: true, out _);
        At += 16;
    }

    public void Bytes(scoped ReadOnlySpan<byte> value)
    {
        value.CopyTo(target[At..]);
        At += value.Length;
    }

    public void Text(string value)
    {
        var length = Encoding.UTF8.GetBytes(value, target[(At + 2)..]);
        UInt16(length);
        At += length;
    }
}

/// <summary>Reads what <see cref="SpanWriter"/> wrote.</summary>
internal ref struct SpanReader(ReadOnlySpan<byte> source)
{
    private readonly ReadOnlySpan<byte> source = source;

    public int At { get; private set; }

    public byte Byte() => source[At++];

    public int UInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Take(2));

    public uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    public long Int64() => BinaryPrimitives.ReadInt64LittleEndian(Take(8));

    public float Single() => BinaryPrimitives.ReadSingleLittleEndian(Take(4));

    public Guid Guid() => new(Take(16), bigEndian: true);

    public string Text() => Encoding.UTF8.GetString(Take(UInt16()));

    public ReadOnlySpan<byte> Take(int count)
    {
        var taken = source.Slice(At, count);
        At += count;
        return taken;
    }
}
