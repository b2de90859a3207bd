using System.Runtime.CompilerServices;

namespace Takt.Trainers;

/// <summary>Trees whose leaves add up to the log odds. In the graph: one tree ensemble and a sigmoid.</summary>
internal sealed class BoostedTreesModel(IReadOnlyList<Encoder> encoders, IReadOnlyList<Tree> trees, float start, float[] trainingScores) : FittedModel(encoders, trainingScores)
{
    private const int Block = 512; // rows whose values stay close while all trees ask about them

    public int Trees => trees.Count;

    public override float[] Score(Frame frame, int from, int to, int threads)
    {
        var columns = Encoders.Select((e, i) => e.Encode(frame.Columns[i], from, to)).ToArray();
        var scores = new float[to - from];
        RowChunks.Run(scores.Length, threads, (_, first, last) => Score(columns, scores, first, last));
        return scores;
    }

    public override byte[] ToOnnx()
    {
        var graph = new OnnxGraph("boosted-trees");
        var parts = Encoders.Select(e => InputNodes.Add(graph, e)).ToArray();
        graph.Add(new OnnxNode("Concat", parts, "features").Int("axis", 1));
        graph.Add(Ensemble(new OnnxNode("TreeEnsembleRegressor", ["features"], "log_odds", OnnxGraph.Ml)));
        InputNodes.Finish(graph, "log_odds");
        return graph.ToModel();
    }

    public override IReadOnlyDictionary<string, object> Learnt() => new SortedDictionary<string, object>(StringComparer.Ordinal)
    {
        ["trees"] = trees.Count,
        ["nodes"] = trees.Sum(t => t.Nodes.Length),
        ["start"] = start,
        ["splits_by_feature"] = Encoders.Select((e, f) => (e.Name, Splits: trees.Sum(t => t.Nodes.Count(n => n.Feature == f)))).ToDictionary(x => x.Name, x => x.Splits),
    };

    /// <summary>As ONNX Runtime does it: trees in order, in float32, the start last.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Score(float[][] columns, float[] scores, int from, int to)
    {
        for (var first = from; first < to; first += Block)
        {
            var last = Math.Min(to, first + Block);
            foreach (var tree in trees)
                for (var i = first; i < last; i++)
                    scores[i] += tree.Value(columns, i);
        }
        for (var i = from; i < to; i++) scores[i] = (float)ExactMath.Sigmoid((double)(scores[i] + start));
    }

    private OnnxNode Ensemble(OnnxNode node)
    {
        List<long> treeIds = [], nodeIds = [], features = [], lefts = [], rights = [], leafTrees = [], leafNodes = [];
        List<float> thresholds = [], weights = [];
        List<string> modes = [];
        for (var t = 0; t < trees.Count; t++)
        {
            for (var n = 0; n < trees[t].Nodes.Length; n++)
            {
                var at = trees[t].Nodes[n];
                var isLeaf = at.Feature < 0;
                treeIds.Add(t);
                nodeIds.Add(n);
                features.Add(isLeaf ? 0 : at.Feature);
                thresholds.Add(at.Threshold);
                modes.Add(isLeaf ? "LEAF" : "BRANCH_LEQ");
                lefts.Add(isLeaf ? 0 : at.Left);
                rights.Add(isLeaf ? 0 : at.Left + 1);
                if (!isLeaf) continue;
                leafTrees.Add(t);
                leafNodes.Add(n);
                weights.Add(at.Value);
            }
        }
        return node.Int("n_targets", 1)
            .Text("aggregate_function", "SUM")
            .Text("post_transform", "NONE")
            .Floats("base_values", [start])
            .Ints("nodes_treeids", [.. treeIds])
            .Ints("nodes_nodeids", [.. nodeIds])
            .Ints("nodes_featureids", [.. features])
            .Floats("nodes_values", [.. thresholds])
            .Texts("nodes_modes", modes)
            .Ints("nodes_truenodeids", [.. lefts])
            .Ints("nodes_falsenodeids", [.. rights])
            .Ints("target_treeids", [.. leafTrees])
            .Ints("target_nodeids", [.. leafNodes])
            .Ints("target_ids", new long[leafTrees.Count])
            .Floats("target_weights", [.. weights]);
    }
}
