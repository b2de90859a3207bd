using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace Takt.Serving;

/// <summary>JSON being written, in memory that is kept from request to request. The caller sees to it that it is well-formed.</summary>
internal sealed class JsonBuffer
{
    private const int Kept = 256 << 10;

    private byte[] bytes = new byte[2048];

    public int Length { get; private set; }

    public ReadOnlyMemory<byte> Written => bytes.AsMemory(0, Length);

    public void Clear()
    {
        Length = 0;
        if (bytes.Length > Kept) bytes = new byte[2048];
    }

    public void Raw(ReadOnlySpan<byte> value)
    {
        value.CopyTo(Room(value.Length));
        Length += value.Length;
    }

    public void Raw(byte value)
    {
        Room(1)[0] = value;
        Length++;
    }

    /// <summary>A UUID as 32 hex digits.</summary>
    public void Id(Guid value)
    {
        value.TryFormat(Room(32), out var written, "N");
        Length += written;
    }

    public void Number(long value)
    {
        Utf8Formatter.TryFormat(value, Room(24), out var written);
        Length += written;
    }

    public void Item(int index, long value)
    {
        if (index > 0) Raw((byte)',');
        Number(value);
    }

    /// <summary>The shortest text that reads back as the same number. JSON has no NaN and no infinity: null.</summary>
    public void Item(int index, float value)
    {
        if (index > 0) Raw((byte)',');
        if (!float.IsFinite(value)) Raw("null"u8);
        else if (value.TryFormat(Room(32), out var written, provider: System.Globalization.CultureInfo.InvariantCulture)) Length += written;
    }

    public void Item(int index, double value)
    {
        if (index > 0) Raw((byte)',');
        if (!double.IsFinite(value)) Raw("null"u8);
        else if (value.TryFormat(Room(40), out var written, provider: System.Globalization.CultureInfo.InvariantCulture)) Length += written;
    }

    public void Item(int index, bool value)
    {
        if (index > 0) Raw((byte)',');
        Raw(value ? "true"u8 : "false"u8);
    }

    public void Item(int index, string value)
    {
        if (index > 0) Raw((byte)',');
        Text(value);
    }

    public void Text(string value)
    {
        var encoded = JsonEncodedText.Encode(value).EncodedUtf8Bytes;
        Raw((byte)'"');
        Raw(encoded);
        Raw((byte)'"');
    }

    public override string ToString() => Encoding.UTF8.GetString(bytes, 0, Length);

    private Span<byte> Room(int count)
    {
        if (Length + count > bytes.Length) Array.Resize(ref bytes, Math.Max(Length + count, bytes.Length * 2));
        return bytes.AsSpan(Length);
    }
}
