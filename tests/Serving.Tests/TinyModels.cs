using System.Runtime.InteropServices;
using Takt.Native.OnnxRuntime;

namespace Takt.Serving.Tests;

/// <summary>Models small enough to be written by hand. Field numbers are those of onnx.proto.</summary>
internal static class TinyModels
{
    /// <summary>probability = sigmoid(weight * (x0 + x1) + bias); x: floats, rows of two; probability: rows of one.</summary>
    public static byte[] Scorer(float weight = 1, float bias = 0) => Model(Graph(
        nodes: [Node("MatMul", ["x", "w"], ["sum"]), Node("Add", ["sum", "b"], ["logit"]), Node("Sigmoid", ["logit"], ["probability"])],
        inputs: [Port("x", OnnxElement.Float, -1, 2)],
        outputs: [Port("probability", OnnxElement.Float, -1, 1)],
        constants: [Floats("w", [2, 1], [weight, weight]), Floats("b", [1], [bias])]));

    /// <summary>A text and a whole number come back as they are; the score is the number.</summary>
    public static byte[] Echo() => Model(Graph(
        nodes: [Node("Identity", ["count"], ["count_out"]), Node("Identity", ["carrier"], ["carrier_out"])],
        inputs: [Port("carrier", OnnxElement.String, -1, 1), Port("count", OnnxElement.Int64, -1, 1)],
        outputs: [Port("count_out", OnnxElement.Int64, -1, 1), Port("carrier_out", OnnxElement.String, -1, 1)]));

    /// <summary>Fails when it runs: picks row x0 of a table of three, so 0 (what warms it up) works and 9 does not.</summary>
    public static byte[] Fragile() => Model(Graph(
        nodes: [Node("Cast", ["x"], ["at"], Attribute("to", (long)OnnxElement.Int64)), Node("Gather", ["table", "at"], ["picked"]), Node("ReduceSum", ["picked", "axes"], ["probability"], Attribute("keepdims", 1))],
        inputs: [Port("x", OnnxElement.Float, -1, 2)],
        outputs: [Port("probability", OnnxElement.Float, -1, 1)],
        constants: [Floats("table", [3], [0.1f, 0.2f, 0.3f]), Constant("axes", OnnxElement.Int64, [1], MemoryMarshal.AsBytes<long>([1]))]));

    /// <summary>Turns as often as x says: with a great number it never ends.</summary>
    public static byte[] Loop()
    {
        var body = Graph(
            nodes: [Node("Identity", ["go"], ["goOn"]), Node("Add", ["sum", "one"], ["next"])],
            inputs: [Port("turn", OnnxElement.Int64), Port("go", OnnxElement.Bool), Port("sum", OnnxElement.Float, 1)],
            outputs: [Port("goOn", OnnxElement.Bool), Port("next", OnnxElement.Float, 1)],
            constants: [Floats("one", [1], [1])]);
        var loop = Node("Loop", ["trips", "yes", "zero"], ["y"]).Message(5, new Protobuf().Text(1, "body").Message(6, body).Number(20, 5));
        return Model(Graph(
            nodes: [Node("Squeeze", ["x"], ["trips"]), loop],
            inputs: [Port("x", OnnxElement.Int64, 1)],
            outputs: [Port("y", OnnxElement.Float, 1)],
            constants: [Floats("zero", [1], [0]), Constant("yes", OnnxElement.Bool, [], [1])]));
    }

    private static byte[] Model(Protobuf graph) => new Protobuf()
        .Number(1, 8) // ir_version
        .Text(2, "takt-tests")
        .Message(7, graph)
        .Message(8, new Protobuf().Text(1, "").Number(2, 15)) // opset
        .ToArray();

    private static Protobuf Graph(Protobuf[] nodes, Protobuf[] inputs, Protobuf[] outputs, Protobuf[]? constants = null)
    {
        var graph = new Protobuf();
        foreach (var node in nodes) graph.Message(1, node);
        graph.Text(2, "graph");
        foreach (var constant in constants ?? []) graph.Message(5, constant);
        foreach (var input in inputs) graph.Message(11, input);
        foreach (var output in outputs) graph.Message(12, output);
        return graph;
    }

    private static Protobuf Node(string type, string[] from, string[] to, params Protobuf[] attributes)
    {
        var node = new Protobuf();
        foreach (var name in from) node.Text(1, name);
        foreach (var name in to) node.Text(2, name);
        node.Text(4, type);
        foreach (var attribute in attributes) node.Message(5, attribute);
        return node;
    }

    private static Protobuf Attribute(string name, long value) => new Protobuf().Text(1, name).Number(3, value).Number(20, 2);

    private static Protobuf Port(string name, OnnxElement element, params long[] shape)
    {
        var dimensions = new Protobuf();
        foreach (var size in shape) dimensions.Message(1, size < 0 ? new Protobuf().Text(2, "N") : new Protobuf().Number(1, size));
        var tensor = new Protobuf().Number(1, (long)element).Message(2, dimensions);
        return new Protobuf().Text(1, name).Message(2, new Protobuf().Message(1, tensor));
    }

    private static Protobuf Floats(string name, long[] shape, float[] values) => Constant(name, OnnxElement.Float, shape, MemoryMarshal.AsBytes<float>(values));

    private static Protobuf Constant(string name, OnnxElement element, long[] shape, ReadOnlySpan<byte> raw)
    {
        var tensor = new Protobuf();
        foreach (var size in shape) tensor.Number(1, size);
        return tensor.Number(2, (long)element).Text(8, name).Bytes(9, raw);
    }
}
