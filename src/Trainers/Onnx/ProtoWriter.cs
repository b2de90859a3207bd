using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Takt.Trainers;

/// <summary>As much of protobuf's wire format as an ONNX file needs. Fields come out in the order they are written: the same calls give the same bytes.</summary>
internal sealed class ProtoWriter
{
    private readonly ArrayBufferWriter<byte> bytes = new();

    public byte[] ToArray() => bytes.WrittenSpan.ToArray();

    public ProtoWriter Number(int field, long value)
    {
        Varint((ulong)field << 3);
        Varint((ulong)value);
        return this;
    }

    public ProtoWriter Text(int field, string value) => Bytes(field, Encoding.UTF8.GetBytes(value));

    public ProtoWriter Message(int field, ProtoWriter value) => Bytes(field, value.bytes.WrittenSpan);

    public ProtoWriter Bytes(int field, ReadOnlySpan<byte> value)
    {
        Varint((ulong)field << 3 | 2);
        Varint((ulong)value.Length);
        bytes.Write(value);
        return this;
    }

    public ProtoWriter Float(int field, float value)
    {
        Varint((ulong)field << 3 | 5);
        Span<byte> four = stackalloc byte[sizeof(float)];
        BinaryPrimitives.WriteSingleLittleEndian(four, value);
        bytes.Write(four);
        return this;
    }

    /// <summary>Packed: one field for all.</summary>
    public ProtoWriter Floats(int field, ReadOnlySpan<float> values)
    {
        var packed = new byte[values.Length * sizeof(float)];
        for (var i = 0; i < values.Length; i++) BinaryPrimitives.WriteSingleLittleEndian(packed.AsSpan(i * sizeof(float)), values[i]);
        return Bytes(field, packed);
    }

    /// <summary>Packed: one field for all.</summary>
    public ProtoWriter Numbers(int field, ReadOnlySpan<long> values)
    {
        var packed = new ProtoWriter();
        foreach (var value in values) packed.Varint((ulong)value);
        return Message(field, packed);
    }

    /// <summary>The fields of another writer, as if they had been written here.</summary>
    public ProtoWriter Append(ProtoWriter fields)
    {
        bytes.Write(fields.bytes.WrittenSpan);
        return this;
    }

    private void Varint(ulong value)
    {
        var into = bytes.GetSpan(10);
        var length = 0;
        for (; value > 127; value >>= 7) into[length++] = (byte)(value | 128);
        into[length++] = (byte)value;
        bytes.Advance(length);
    }
}
