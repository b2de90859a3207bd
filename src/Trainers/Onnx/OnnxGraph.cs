namespace Takt.Trainers;

/// <summary>
/// An ONNX model: IR 8, operators of opset 15 and of ai.onnx.ml 3, which ONNX Runtime has read since 1.10. Holds no id, no time and no path: the same
/// parts give the same bytes.
/// </summary>
internal sealed class OnnxGraph(string name)
{
    public const string Ml = "ai.onnx.ml";

    private const int FloatElement = 1;
    private const int Int64Element = 7;
    private const int StringElement = 8;
    private readonly ProtoWriter nodes = new();
    private readonly ProtoWriter constants = new();
    private readonly ProtoWriter inputs = new();
    private readonly ProtoWriter outputs = new();

    /// <summary>A raw input of shape [N, 1].</summary>
    public OnnxGraph Input(string input, InputType type)
    {
        var element = type switch { InputType.String => StringElement, InputType.Int64 => Int64Element, _ => FloatElement };
        inputs.Message(11, Value(input, element, new ProtoWriter().Message(1, new ProtoWriter().Text(2, "N")).Message(1, new ProtoWriter().Number(1, 1))));
        return this;
    }

    /// <summary>An output of floats, of shape [N].</summary>
    public OnnxGraph Output(string output)
    {
        outputs.Message(12, Value(output, FloatElement, new ProtoWriter().Message(1, new ProtoWriter().Text(2, "N"))));
        return this;
    }

    public OnnxGraph Add(OnnxNode node)
    {
        nodes.Message(1, node.Proto());
        return this;
    }

    public OnnxGraph Constant(string constant, float[] values, params long[] shape)
    {
        constants.Message(5, new ProtoWriter().Numbers(1, shape).Number(2, FloatElement).Floats(4, values).Text(8, constant));
        return this;
    }

    public OnnxGraph Constant(string constant, long[] values, params long[] shape)
    {
        constants.Message(5, new ProtoWriter().Numbers(1, shape).Number(2, Int64Element).Numbers(7, values).Text(8, constant));
        return this;
    }

    public byte[] ToModel()
    {
        var graph = new ProtoWriter().Append(nodes).Text(2, name).Append(constants).Append(inputs).Append(outputs);
        return new ProtoWriter()
            .Number(1, 8)
            .Text(2, "takt")
            .Message(7, graph)
            .Message(8, new ProtoWriter().Text(1, "").Number(2, 15))
            .Message(8, new ProtoWriter().Text(1, Ml).Number(2, 3))
            .ToArray();
    }

    private static ProtoWriter Value(string name, int element, ProtoWriter shape) =>
        new ProtoWriter().Text(1, name).Message(2, new ProtoWriter().Message(1, new ProtoWriter().Number(1, element).Message(2, shape)));
}
