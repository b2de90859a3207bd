using System.Runtime.InteropServices;

namespace Takt.Native.OnnxRuntime.Tests;

/// <summary>Models small enough to be written by hand. Field numbers are those of onnx.proto.</summary>
internal static class TinyModels
{
    /// <summary>y = x * factor + [0, 1, 2], floats, any number of rows of three.</summary>
    public static byte[] Affine(float factor = 2) => Model(Graph(
        nodes: [Node("Mul", ["x", "factor"], ["scaled"]), Node("Add", ["scaled", "offset"], ["y"])],
        inputs: [Port("x", OnnxElement.Float, -1, 3)],
        outputs: [Port("y", OnnxElement.Float, -1, 3)],
        constants: [Floats("factor", [1], [factor]), Floats("offset", [3], [0, 1, 2])]));

    /// <summary>Gives back its input of any type: rows of two.</summary>
    public static byte[] Identity(OnnxElement element) => Model(Graph(
        nodes: [Node("Identity", ["in"], ["out"])],
        inputs: [Port("in", element, -1, 2)],
        outputs: [Port("out", element, -1, 2)]));

    /// <summary>Where x is greater than 0: a number of rows that nobody knows before.</summary>
    public static byte[] Positions() => Model(Graph(
        nodes: [Node("Greater", ["x", "zero"], ["positive"]), Node("NonZero", ["positive"], ["at"])],
        inputs: [Port("x", OnnxElement.Float, -1)],
        outputs: [Port("at", OnnxElement.Int64, 1, -1)],
        constants: [Floats("zero", [1], [0])]));

    /// <summary>A loop of <paramref name="trips"/> turns: x + trips.</summary>
    public static byte[] Loop(long trips)
    {
        var body = Graph(
            nodes: [Node("Identity", ["go"], ["goOn"]), Node("Add", ["sum", "one"], ["next"])],
            inputs: [Port("turn", OnnxElement.Int64), Port("go", OnnxElement.Bool), Port("sum", OnnxElement.Float, 1)],
            outputs: [Port("goOn", OnnxElement.Bool), Port("next", OnnxElement.Float, 1)],
            constants: [Floats("one", [1], [1])]);
        var loop = Node("Loop", ["trips", "yes", "x"], ["y"])
            .Message(5, new Protobuf().Text(1, "body").Message(6, body).Number(20, 5)); // attribute: name, g, type GRAPH
        return Model(Graph(
            nodes: [loop],
            inputs: [Port("x", OnnxElement.Float, 1)],
            outputs: [Port("y", OnnxElement.Float, 1)],
            constants:
            [
                Constant("trips", OnnxElement.Int64, [], MemoryMarshal.AsBytes<long>([trips])),
                Constant("yes", OnnxElement.Bool, [], [1]),
            ]));
    }

    /// <summary>The weights lie in a file beside the model.</summary>
    public static byte[] WithWeightsIn(string file) => Model(Graph(
        nodes: [Node("Mul", ["x", "w"], ["y"])],
        inputs: [Port("x", OnnxElement.Float, 1)],
        outputs: [Port("y", OnnxElement.Float, 1)],
        constants:
        [
            new Protobuf().Number(1, 1).Number(2, (long)OnnxElement.Float).Text(8, "w")
                .Message(13, new Protobuf().Text(1, "location").Text(2, file)).Number(14, 1), // external_data, data_location EXTERNAL
        ]));

    public static byte[] WithOperator(string name) => Model(Graph(
        nodes: [Node(name, ["x"], ["y"])],
        inputs: [Port("x", OnnxElement.Float, 1)],
        outputs: [Port("y", OnnxElement.Float, 1)]));

    private static byte[] Model(Protobuf graph) => new Protobuf()
        .Number(1, 8) // ir_version
        .Text(2, "takt-tests") // producer
        .Message(7, graph)
        .Message(8, new Protobuf().Text(1, "").Number(2, 15)) // opset
        .Message(14, new Protobuf().Text(1, "columns").Text(2, "a,b,ü")) // metadata
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

    private static Protobuf Node(string type, string[] from, string[] to)
    {
        var node = new Protobuf();
        foreach (var name in from) node.Text(1, name);
        foreach (var name in to) node.Text(2, name);
        return node.Text(4, type);
    }

    private static Protobuf Port(string name, OnnxElement element, params long[] shape)
    {
        var dimensions = new Protobuf();
        foreach (var size in shape) dimensions.Message(1, size < 0 ? new Protobuf().Text(2, "N") : new Protobuf().Number(1, size));
        var tensor = new Protobuf().Number(1, (long)element).Message(2, dimensions);
        return new Protobuf().Text(1, name).Message(2, new Protobuf().Message(1, tensor));
    }

    private static Protobuf Floats(string name, long[] shape, float[] values) =>
        Constant(name, OnnxElement.Float, shape, MemoryMarshal.AsBytes<float>(values));

    private static Protobuf Constant(string name, OnnxElement element, long[] shape, ReadOnlySpan<byte> raw)
    {
        var tensor = new Protobuf();
        foreach (var size in shape) tensor.Number(1, size);
        return tensor.Number(2, (long)element).Text(8, name).Bytes(9, raw);
    }
}
