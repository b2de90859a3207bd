using System.Runtime.InteropServices;
using System.Text;

namespace Takt.Bench.Serving;

/// <summary>An ONNX forest of full trees with random splits: 100 trees of depth 6 on twelve features, about what a boosted model for tables weighs.</summary>
internal static class ForestModel
{
    public const int Features = 12;
    private const int Trees = 100;
    private const int Depth = 6;

    public static byte[] Make()
    {
        var random = new Random(1);
        List<long> treeIds = [], nodeIds = [], features = [], yes = [], no = [], leafTrees = [], leafNodes = [], targets = [];
        List<float> values = [], weights = [];
        List<string> modes = [];
        var inner = (1 << Depth) - 1;
        for (var tree = 0; tree < Trees; tree++)
        {
            for (var node = 0; node < 2 * inner + 1; node++)
            {
                var leaf = node >= inner;
                treeIds.Add(tree);
                nodeIds.Add(node);
                features.Add(leaf ? 0 : random.Next(Features));
                values.Add(leaf ? 0 : (float)random.NextDouble());
                modes.Add(leaf ? "LEAF" : "BRANCH_LEQ");
                yes.Add(leaf ? 0 : 2 * node + 1);
                no.Add(leaf ? 0 : 2 * node + 2);
                if (!leaf) continue;
                leafTrees.Add(tree);
                leafNodes.Add(node);
                targets.Add(0);
                weights.Add((float)(random.NextDouble() - 0.5) * 0.2f);
            }
        }
        var forest = new Wire().Text(1, "x").Text(2, "probability").Text(4, "TreeEnsembleRegressor").Text(7, "ai.onnx.ml")
            .Message(5, Ints("nodes_treeids", treeIds)).Message(5, Ints("nodes_nodeids", nodeIds)).Message(5, Ints("nodes_featureids", features))
            .Message(5, Floats("nodes_values", values)).Message(5, Texts("nodes_modes", modes)).Message(5, Ints("nodes_truenodeids", yes)).Message(5, Ints("nodes_falsenodeids", no))
            .Message(5, Ints("target_treeids", leafTrees)).Message(5, Ints("target_nodeids", leafNodes)).Message(5, Ints("target_ids", targets)).Message(5, Floats("target_weights", weights))
            .Message(5, new Wire().Text(1, "n_targets").Number(3, 1).Number(20, 2)).Message(5, new Wire().Text(1, "post_transform").Text(4, "LOGISTIC").Number(20, 3));
        var graph = new Wire().Message(1, forest).Text(2, "forest").Message(11, Port("x", Features)).Message(12, Port("probability", 1));
        return new Wire().Number(1, 8).Text(2, "takt-bench").Message(7, graph).Message(8, new Wire().Text(1, "").Number(2, 15)).Message(8, new Wire().Text(1, "ai.onnx.ml").Number(2, 1)).ToArray();
    }

    private static Wire Port(string name, long width) => new Wire().Text(1, name).Message(2, new Wire().Message(1, new Wire().Number(1, 1)
        .Message(2, new Wire().Message(1, new Wire().Text(2, "N")).Message(1, new Wire().Number(1, width)))));

    private static Wire Ints(string name, List<long> values)
    {
        var attribute = new Wire().Text(1, name).Number(20, 7);
        foreach (var value in values) attribute.Number(8, value);
        return attribute;
    }

    private static Wire Floats(string name, List<float> values) => new Wire().Text(1, name).Number(20, 6).Bytes(7, MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(values)));

    private static Wire Texts(string name, List<string> values)
    {
        var attribute = new Wire().Text(1, name).Number(20, 8);
        foreach (var value in values) attribute.Text(9, value);
        return attribute;
    }

    /// <summary>As much of protobuf as an ONNX file needs.</summary>
    private sealed class Wire
    {
        private readonly MemoryStream bytes = new();

        public byte[] ToArray() => bytes.ToArray();

        public Wire Number(int field, long value)
        {
            Varint((ulong)field << 3);
            Varint((ulong)value);
            return this;
        }

        public Wire Text(int field, string value) => Bytes(field, Encoding.UTF8.GetBytes(value));

        public Wire Message(int field, Wire value) => Bytes(field, value.ToArray());

        public Wire Bytes(int field, ReadOnlySpan<byte> value)
        {
            Varint((ulong)field << 3 | 2);
            Varint((ulong)value.Length);
            bytes.Write(value);
            return this;
        }

        private void Varint(ulong value)
        {
            for (; value > 127; value >>= 7) bytes.WriteByte((byte)(value | 128));
            bytes.WriteByte((byte)value);
        }
    }
}
