using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Takt.Native.OnnxRuntime;

namespace Takt.Serving;

/// <summary>
/// One input of a lane: values go from the request's JSON straight into the engine's memory. Texts are looked up in a small table of those seen
/// before, so that a category that comes again allocates nothing.
/// </summary>
internal sealed class LaneInput
{
    private const int CachedTexts = 512;

    private readonly OnnxTensor tensor;
    private readonly string[]? cache;
    private string[] texts = [];

    public LaneInput(OnnxTensor tensor)
    {
        this.tensor = tensor;
        Name = tensor.Port.Name;
        NameUtf8 = Encoding.UTF8.GetBytes(Name);
        var shape = tensor.Port.Shape;
        FixedRows = shape.Count == 0 ? 1 : shape[0] < 0 ? null : checked((int)shape[0]);
        Width = checked((int)shape.Skip(1).Aggregate(1L, (product, d) => checked(product * d)));
        IsText = tensor.Element == OnnxElement.String;
        if (IsText) cache = new string[CachedTexts];
    }

    public string Name { get; }

    public byte[] NameUtf8 { get; }

    /// <summary>Values a row.</summary>
    public int Width { get; }

    /// <summary>The model takes just this number of rows; null: any.</summary>
    public int? FixedRows { get; }

    public bool IsText { get; }

    public OnnxElement Element => tensor.Element;

    public int Count => tensor.Count;

    public static bool Supports(OnnxElement element) => element is OnnxElement.String || LoggedInput.SizeOf(element) > 0;

    /// <summary>Reads a value at the reader's token into place.</summary>
    /// <returns>What is wrong with it, or null.</returns>
    public string? Read(ref Utf8JsonReader reader, int index)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.Number:
                return IsText ? "is a number where the model takes texts" : Number(ref reader, index);
            case JsonTokenType.String:
                return IsText ? Text(ref reader, index) : "is a text where the model takes numbers";
            case JsonTokenType.True or JsonTokenType.False:
                return Bool(reader.TokenType == JsonTokenType.True, index);
            case JsonTokenType.Null:
                return Missing(index);
            default:
                return "is no value";
        }
    }

    /// <summary>Hands texts to the engine; numbers are there already.</summary>
    public void Commit()
    {
        if (IsText) tensor.SetStrings(texts.AsSpan(0, tensor.Count));
    }

    /// <summary>After the lane took another number of rows.</summary>
    public void Resize()
    {
        if (IsText && texts.Length < tensor.Count) texts = new string[tensor.Count];
    }

    /// <summary>Values that compute: what warming up runs on.</summary>
    public void Clear()
    {
        if (IsText) Array.Fill(texts, "");
        else Raw().Clear();
    }

    public int LoggedSize()
    {
        if (!IsText) return tensor.Count * LoggedInput.SizeOf(Element);
        var size = 0;
        for (var i = 0; i < tensor.Count; i++) size += 2 + Encoding.UTF8.GetByteCount(texts[i]);
        return size;
    }

    public void WriteLogged(ref SpanWriter writer)
    {
        if (!IsText)
        {
            writer.Bytes(Raw());
            return;
        }
        for (var i = 0; i < tensor.Count; i++) writer.Text(texts[i]);
    }

    private Span<byte> Raw() => Element switch
    {
        OnnxElement.Float => MemoryMarshal.AsBytes(tensor.Span<float>()),
        OnnxElement.Double => MemoryMarshal.AsBytes(tensor.Span<double>()),
        OnnxElement.Int64 => MemoryMarshal.AsBytes(tensor.Span<long>()),
        OnnxElement.Int32 => MemoryMarshal.AsBytes(tensor.Span<int>()),
        OnnxElement.UInt64 => MemoryMarshal.AsBytes(tensor.Span<ulong>()),
        OnnxElement.UInt32 => MemoryMarshal.AsBytes(tensor.Span<uint>()),
        OnnxElement.Int16 => MemoryMarshal.AsBytes(tensor.Span<short>()),
        OnnxElement.UInt16 => MemoryMarshal.AsBytes(tensor.Span<ushort>()),
        OnnxElement.Int8 => MemoryMarshal.AsBytes(tensor.Span<sbyte>()),
        OnnxElement.UInt8 => tensor.Span<byte>(),
        OnnxElement.Bool => MemoryMarshal.AsBytes(tensor.Span<bool>()),
        _ => throw new NotSupportedException($"{Element}"),
    };

    private string? Number(ref Utf8JsonReader reader, int index)
    {
        switch (Element)
        {
            case OnnxElement.Float:
                if (!reader.TryGetSingle(out var single) || !float.IsFinite(single)) return "is out of the range of FP32";
                tensor.Span<float>()[index] = single;
                return null;
            case OnnxElement.Double:
                if (!reader.TryGetDouble(out var number) || !double.IsFinite(number)) return "is out of the range of FP64";
                tensor.Span<double>()[index] = number;
                return null;
            case OnnxElement.Bool:
                return "is a number where the model takes true or false";
            default:
                return Whole(ref reader, index);
        }
    }

    private string? Whole(ref Utf8JsonReader reader, int index)
    {
        if (Element == OnnxElement.UInt64)
        {
            if (!reader.TryGetUInt64(out var large)) return "is no whole number of UINT64";
            tensor.Span<ulong>()[index] = large;
            return null;
        }
        if (!TryWhole(ref reader, out var value)) return "is no whole number";
        switch (Element)
        {
            case OnnxElement.Int64: tensor.Span<long>()[index] = value; return null;
            case OnnxElement.Int32 when value is >= int.MinValue and <= int.MaxValue: tensor.Span<int>()[index] = (int)value; return null;
            case OnnxElement.UInt32 when value is >= 0 and <= uint.MaxValue: tensor.Span<uint>()[index] = (uint)value; return null;
            case OnnxElement.Int16 when value is >= short.MinValue and <= short.MaxValue: tensor.Span<short>()[index] = (short)value; return null;
            case OnnxElement.UInt16 when value is >= 0 and <= ushort.MaxValue: tensor.Span<ushort>()[index] = (ushort)value; return null;
            case OnnxElement.Int8 when value is >= sbyte.MinValue and <= sbyte.MaxValue: tensor.Span<sbyte>()[index] = (sbyte)value; return null;
            case OnnxElement.UInt8 when value is >= 0 and <= byte.MaxValue: tensor.Span<byte>()[index] = (byte)value; return null;
            default: return $"is out of the range of {Element}";
        }
    }

    /// <summary>7 and 7.0 are the same whole number: clients' libraries write either.</summary>
    private static bool TryWhole(ref Utf8JsonReader reader, out long value)
    {
        if (reader.TryGetInt64(out value)) return true;
        if (!reader.TryGetDouble(out var number) || Math.Abs(number) > 1L << 53 || number != Math.Floor(number)) return false;
        value = (long)number;
        return true;
    }

    private string? Bool(bool value, int index)
    {
        switch (Element)
        {
            case OnnxElement.Bool: tensor.Span<bool>()[index] = value; return null;
            case OnnxElement.Float: tensor.Span<float>()[index] = value ? 1 : 0; return null;
            case OnnxElement.Double: tensor.Span<double>()[index] = value ? 1 : 0; return null;
            case OnnxElement.Int64: tensor.Span<long>()[index] = value ? 1 : 0; return null;
            default: return $"is true or false where the model takes {Element}";
        }
    }

    private string? Missing(int index)
    {
        switch (Element)
        {
            case OnnxElement.Float: tensor.Span<float>()[index] = float.NaN; return null;
            case OnnxElement.Double: tensor.Span<double>()[index] = double.NaN; return null;
            default: return $"is null, which {Element} does not know";
        }
    }

    private string? Text(ref Utf8JsonReader reader, int index)
    {
        var raw = reader.ValueSpan;
        if (raw.Length > ushort.MaxValue) return "is longer than 65535 bytes";
        var hash = 2166136261u;
        foreach (var b in raw) hash = (hash ^ b) * 16777619u;
        ref var cached = ref cache![hash % CachedTexts];
        if (cached is not null && reader.ValueTextEquals(cached))
        {
            texts[index] = cached;
            return null;
        }
        var text = reader.GetString()!;
        if (text.Contains('\0', StringComparison.Ordinal)) return "has a NUL inside";
        texts[index] = text;
        if (text.Length <= 64) cached = text;
        return null;
    }
}
