using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Takt.Tracking;

/// <summary>
/// Writes points small: a varint (zigzag) for the difference in time, one for the difference in step, eight bytes for the value, so that a usual
/// point takes about 11 bytes. Pooled; not thread-safe.
/// </summary>
internal sealed class PackedBytes : IDisposable
{
    private byte[] bytes = ArrayPool<byte>.Shared.Rent(1024);
    private int length;

    public ArraySegment<byte> Written => new(bytes, 0, length);

    public void Point(long time, long step, double value)
    {
        Reserve(28);
        Varint(ZigZag(time));
        Varint(ZigZag(step));
        BinaryPrimitives.WriteDoubleLittleEndian(bytes.AsSpan(length), value);
        length += 8;
    }

    public void Unsigned(ulong number)
    {
        Reserve(10);
        Varint(number);
    }

    public void Text(string text)
    {
        var size = Encoding.UTF8.GetByteCount(text);
        Reserve(size + 10);
        Varint((ulong)size);
        length += Encoding.UTF8.GetBytes(text, bytes.AsSpan(length));
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(bytes);
        bytes = [];
        length = 0;
    }

    private static ulong ZigZag(long number) => (ulong)(number << 1 ^ number >> 63);

    private void Varint(ulong number)
    {
        while (number >= 0x80)
        {
            bytes[length++] = (byte)(number | 0x80);
            number >>= 7;
        }
        bytes[length++] = (byte)number;
    }

    private void Reserve(int more)
    {
        if (length + more <= bytes.Length) return;
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(bytes.Length * 2, length + more));
        bytes.AsSpan(0, length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(bytes);
        bytes = larger;
    }
}

/// <summary>Reads what <see cref="PackedBytes"/> wrote.</summary>
internal ref struct PackedReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> rest = bytes;

    public readonly bool AtEnd => rest.IsEmpty;

    public ulong Unsigned()
    {
        ulong number = 0;
        for (var shift = 0; ; shift += 7)
        {
            var next = rest[0];
            rest = rest[1..];
            number |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80) return number;
        }
    }

    /// <summary>The bytes of a text, UTF-8.</summary>
    public ReadOnlySpan<byte> Text()
    {
        var size = (int)Unsigned();
        var text = rest[..size];
        rest = rest[size..];
        return text;
    }

    /// <summary>A count, then so many points.</summary>
    public void Points(List<Point> into)
    {
        var count = (int)Unsigned();
        into.EnsureCapacity(into.Count + count);
        long time = 0, step = 0;
        for (var i = 0; i < count; i++)
        {
            time += Signed();
            step += Signed();
            into.Add(new Point(time, step, BinaryPrimitives.ReadDoubleLittleEndian(rest)));
            rest = rest[8..];
        }
    }

    /// <summary>Passes over a count and its points.</summary>
    public void SkipPoints()
    {
        var count = (int)Unsigned();
        for (var i = 0; i < count; i++)
        {
            Unsigned();
            Unsigned();
            rest = rest[8..];
        }
    }

    private long Signed()
    {
        var number = Unsigned();
        return (long)(number >> 1) ^ -(long)(number & 1);
    }
}

/// <summary>One value of a metric, without its key. Ordered as MLflow pages through a history: by time, step, value.</summary>
internal readonly record struct Point(long Time, long Step, double Value) : IComparable<Point>
{
    public int CompareTo(Point other)
    {
        var order = Time.CompareTo(other.Time);
        if (order == 0) order = Step.CompareTo(other.Step);
        return order != 0 ? order : Value.CompareTo(other.Value);
    }

    /// <summary>Sorts and leaves each point once: a retried call changes nothing.</summary>
    public static void Tidy(List<Point> points)
    {
        var all = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(points);
        var sorted = true;
        for (var i = 1; i < all.Length && sorted; i++) sorted = all[i - 1].CompareTo(all[i]) < 0;
        if (sorted) return;
        all.Sort();
        var kept = 0;
        for (var i = 0; i < all.Length; i++)
            if (kept == 0 || all[kept - 1].CompareTo(all[i]) != 0)
                all[kept++] = all[i];
        points.RemoveRange(kept, points.Count - kept);
    }
}
