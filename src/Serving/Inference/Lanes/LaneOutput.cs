using System.Text;
using System.Text.Json;
using Takt.Native.OnnxRuntime;

namespace Takt.Serving;

/// <summary>One output of a lane, written as the protocol wants it.</summary>
internal sealed class LaneOutput
{
    private readonly OnnxTensor tensor;
    private readonly byte[] head;

    public LaneOutput(OnnxTensor tensor)
    {
        this.tensor = tensor;
        NameUtf8 = Encoding.UTF8.GetBytes(tensor.Port.Name);
        head = Encoding.UTF8.GetBytes($"{{\"name\":{JsonSerializer.Serialize(tensor.Port.Name)},\"datatype\":\"{Protocol.Datatype(tensor.Element)}\",\"shape\":[");
    }

    public byte[] NameUtf8 { get; }

    public static bool Supports(OnnxElement element) => element is OnnxElement.Float or OnnxElement.Double or OnnxElement.Int64 or OnnxElement.Int32 or OnnxElement.Bool or OnnxElement.String;

    /// <summary>The first value of a row; NaN where it is no number.</summary>
    public float First(int row, int rows)
    {
        var index = rows == 0 ? 0 : tensor.Count / rows * row;
        if (index >= tensor.Count) return float.NaN;
        return tensor.Element switch
        {
            OnnxElement.Float => tensor.Span<float>()[index],
            OnnxElement.Double => (float)tensor.Span<double>()[index],
            OnnxElement.Int64 => tensor.Span<long>()[index],
            OnnxElement.Int32 => tensor.Span<int>()[index],
            OnnxElement.Bool => tensor.Span<bool>()[index] ? 1 : 0,
            _ => float.NaN,
        };
    }

    public void Write(JsonBuffer to)
    {
        to.Raw(head);
        for (var i = 0; i < tensor.Shape.Length; i++)
        {
            if (i > 0) to.Raw((byte)',');
            to.Number(tensor.Shape[i]);
        }
        to.Raw("],\"data\":["u8);
        Values(to, 0, tensor.Count);
        to.Raw("]}"u8);
    }

    /// <summary>A row's values, comma-separated.</summary>
    public void WriteRow(JsonBuffer to, int row, int rows)
    {
        var width = rows == 0 ? 0 : tensor.Count / rows;
        if (width != 1) to.Raw((byte)'[');
        Values(to, row * width, width);
        if (width != 1) to.Raw((byte)']');
    }

    private void Values(JsonBuffer to, int from, int count)
    {
        switch (tensor.Element)
        {
            case OnnxElement.Float:
                var singles = tensor.Span<float>().Slice(from, count);
                for (var i = 0; i < singles.Length; i++) to.Item(i, singles[i]);
                break;
            case OnnxElement.Double:
                var doubles = tensor.Span<double>().Slice(from, count);
                for (var i = 0; i < doubles.Length; i++) to.Item(i, doubles[i]);
                break;
            case OnnxElement.Int64:
                var longs = tensor.Span<long>().Slice(from, count);
                for (var i = 0; i < longs.Length; i++) to.Item(i, longs[i]);
                break;
            case OnnxElement.Int32:
                var ints = tensor.Span<int>().Slice(from, count);
                for (var i = 0; i < ints.Length; i++) to.Item(i, (long)ints[i]);
                break;
            case OnnxElement.Bool:
                var flags = tensor.Span<bool>().Slice(from, count);
                for (var i = 0; i < flags.Length; i++) to.Item(i, flags[i]);
                break;
            default:
                var texts = tensor.GetStrings().AsSpan(from, count);
                for (var i = 0; i < texts.Length; i++) to.Item(i, texts[i]);
                break;
        }
    }
}
