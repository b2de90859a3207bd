using System.Globalization;
using System.Text.Json;
using Takt.Native.OnnxRuntime;

namespace Takt.Quality;

/// <summary>Inputs with the outputs they must give: <c>{"inputs": {"hour": 7}, "expected": {"probability": 0.21}}</c>. A tensor of several values is a list.</summary>
internal sealed class GoldenCase
{
    private readonly IReadOnlyList<(string Name, IReadOnlyList<JsonElement> Values)> inputs;
    private readonly IReadOnlyList<(string Name, IReadOnlyList<JsonElement> Values)> expected;

    private GoldenCase(JsonElement element)
    {
        inputs = Named(element, "inputs");
        expected = Named(element, "expected");
    }

    /// <exception cref="FormatException">It is no list of golden cases; the message says where.</exception>
    public static IReadOnlyList<GoldenCase> Read(string? json)
    {
        if (string.IsNullOrWhiteSpace(json)) return [];
        try
        {
            using var document = JsonDocument.Parse(json);
            if (document.RootElement.ValueKind != JsonValueKind.Array) throw new FormatException("the golden cases are no JSON list.");
            return [.. document.RootElement.EnumerateArray().Select((e, i) => Case(e, i + 1))];
        }
        catch (JsonException e)
        {
            throw new FormatException($"the golden cases are no JSON: {e.Message}", e);
        }
    }

    /// <exception cref="OnnxException">The model has no such input.</exception>
    /// <exception cref="FormatException">A value does not fit its input, or one is missing.</exception>
    public void Fill(OnnxLane lane)
    {
        for (var i = 0; i < lane.InputCount; i++)
            if (inputs.All(named => named.Name != lane.Input(i).Port.Name))
                throw new FormatException($"the model asks for the input '{lane.Input(i).Port}', which the case does not give.");
        foreach (var (name, values) in inputs)
        {
            var tensor = lane.Input(name);
            if (tensor.Count != values.Count) throw new FormatException($"the input '{tensor.Port}' takes {tensor.Count} value(s) a row, and the case gives {values.Count}.");
            Fill(tensor, values);
        }
    }

    /// <summary>Zeros and empty texts: for a latency without golden cases.</summary>
    public static void FillWithNothing(OnnxLane lane)
    {
        for (var i = 0; i < lane.InputCount; i++)
            if (lane.Input(i) is { Element: OnnxElement.String } tensor)
                tensor.SetStrings([.. Enumerable.Repeat("", tensor.Count)]);
    }

    /// <exception cref="OnnxException">The model has no such output.</exception>
    public IEnumerable<GoldenValue> Compare(OnnxLane lane, int number)
    {
        foreach (var (name, values) in expected)
        {
            var tensor = lane.Output(name);
            if (tensor.Count != values.Count) throw new FormatException($"the output '{tensor.Port}' has {tensor.Count} value(s), and {values.Count} are expected.");
            for (var i = 0; i < values.Count; i++) yield return Compare(tensor, i, values[i], number);
        }
    }

    private static GoldenValue Compare(OnnxTensor tensor, int at, JsonElement expected, int number)
    {
        if (tensor.Element == OnnxElement.String)
        {
            var text = tensor.GetStrings()[at];
            return new GoldenValue(number, tensor.Port.Name, expected.ToString(), text, text == expected.ToString() ? 0 : null);
        }
        var observed = Number(tensor, at);
        var wanted = Number(expected);
        var difference = Math.Abs(observed - wanted);
        return new GoldenValue(number, tensor.Port.Name, Text(wanted), Text(observed), double.IsFinite(difference) ? difference : null);
    }

    private static void Fill(OnnxTensor tensor, IReadOnlyList<JsonElement> values)
    {
        switch (tensor.Element)
        {
            case OnnxElement.String: tensor.SetStrings([.. values.Select(v => v.ToString())]); break;
            case OnnxElement.Float: Fill(tensor.Span<float>(), values, v => (float)v); break;
            case OnnxElement.Double: Fill(tensor.Span<double>(), values, v => v); break;
            case OnnxElement.Int64: Fill(tensor.Span<long>(), values, Whole<long>); break;
            case OnnxElement.Int32: Fill(tensor.Span<int>(), values, Whole<int>); break;
            case OnnxElement.Int16: Fill(tensor.Span<short>(), values, Whole<short>); break;
            case OnnxElement.Int8: Fill(tensor.Span<sbyte>(), values, Whole<sbyte>); break;
            case OnnxElement.UInt8: Fill(tensor.Span<byte>(), values, Whole<byte>); break;
            case OnnxElement.UInt16: Fill(tensor.Span<ushort>(), values, Whole<ushort>); break;
            case OnnxElement.UInt32: Fill(tensor.Span<uint>(), values, Whole<uint>); break;
            case OnnxElement.UInt64: Fill(tensor.Span<ulong>(), values, Whole<ulong>); break;
            case OnnxElement.Bool: Fill(tensor.Span<bool>(), values, v => v != 0); break;
            default: throw new FormatException($"the input '{tensor.Port}' has a type that golden cases cannot give.");
        }
    }

    private static void Fill<T>(Span<T> into, IReadOnlyList<JsonElement> values, Func<double, T> convert)
    {
        for (var i = 0; i < into.Length; i++) into[i] = convert(Number(values[i]));
    }

    private static T Whole<T>(double value) where T : System.Numerics.IBinaryInteger<T>
    {
        if (value != Math.Floor(value)) throw new FormatException($"{Text(value)} is no whole number, which the model's input asks for.");
        return T.CreateSaturating(value);
    }

    private static double Number(OnnxTensor tensor, int at) => tensor.Element switch
    {
        OnnxElement.Float => tensor.Span<float>()[at],
        OnnxElement.Double => tensor.Span<double>()[at],
        OnnxElement.Int64 => tensor.Span<long>()[at],
        OnnxElement.Int32 => tensor.Span<int>()[at],
        OnnxElement.Bool => tensor.Span<bool>()[at] ? 1 : 0,
        OnnxElement.UInt8 => tensor.Span<byte>()[at],
        _ => throw new FormatException($"the output '{tensor.Port}' has a type that golden cases cannot compare.")
    };

    private static double Number(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number => value.GetDouble(),
        JsonValueKind.True => 1,
        JsonValueKind.False => 0,
        JsonValueKind.String when double.TryParse(value.GetString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => number, // "NaN", "Infinity"
        _ => throw new FormatException($"{value} is no number.")
    };

    private static string Text(double value) => value.ToString("G9", CultureInfo.InvariantCulture);

    private static GoldenCase Case(JsonElement element, int number) => element.ValueKind == JsonValueKind.Object
        ? new GoldenCase(element.Clone())
        : throw new FormatException($"golden case {number} is no JSON object.");

    private static List<(string, IReadOnlyList<JsonElement>)> Named(JsonElement element, string name)
    {
        if (!element.TryGetProperty(name, out var named) || named.ValueKind != JsonValueKind.Object) throw new FormatException($"a golden case has no '{name}'.");
        return [.. named.EnumerateObject().Select(p => (p.Name, Flat(p.Value)))];
    }

    private static IReadOnlyList<JsonElement> Flat(JsonElement value) =>
        value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray().SelectMany(Flat)] : [value];
}
