namespace Takt.Trainers;

/// <summary>A weight for each number and rate, one for each level, an intercept. In the graph: a weighted sum and a sigmoid.</summary>
internal sealed class LogisticModel : FittedModel
{
    private readonly int[] denseEncoders;
    private readonly int[] levelEncoders;
    private readonly long[][] levels;
    private readonly float[] denseWeights; // of the raw values: the standardising is folded in
    private readonly float[][] levelWeights;
    private readonly float intercept;
    private readonly int passes;

    public LogisticModel(IReadOnlyList<Encoder> encoders, DesignMatrix design, double[] beta, float[] trainingScores, int passes) : base(encoders, trainingScores)
    {
        denseEncoders = design.DenseEncoders;
        levelEncoders = design.LevelEncoders;
        levels = design.Levels;
        denseWeights = new float[denseEncoders.Length];
        var constant = beta[0];
        for (var d = 0; d < denseWeights.Length; d++)
        {
            denseWeights[d] = (float)(beta[d + 1] / design.Deviations[d]);
            constant -= denseWeights[d] * design.Means[d];
        }
        intercept = (float)constant;
        levelWeights = [.. levels.Select((group, g) => group.Select((_, place) => (float)beta[design.Offsets[g] + place]).ToArray())];
        this.passes = passes;
    }

    public override float[] Score(Frame frame, int from, int to, int threads)
    {
        var sums = new double[to - from];
        Array.Fill(sums, intercept);
        for (var d = 0; d < denseEncoders.Length; d++)
        {
            var encoded = Encoders[denseEncoders[d]].Encode(frame.Columns[denseEncoders[d]], from, to);
            for (var i = 0; i < sums.Length; i++) sums[i] += denseWeights[d] * encoded[i];
        }
        for (var g = 0; g < levelEncoders.Length; g++)
        {
            var weights = levels[g].Select((level, place) => (level, place)).ToDictionary(x => (float)x.level, x => levelWeights[g][x.place]);
            var values = ((NumberColumn)frame.Columns[levelEncoders[g]]).Values;
            for (var i = 0; i < sums.Length; i++) sums[i] += weights.GetValueOrDefault(values[from + i]);
        }
        var scores = new float[sums.Length];
        for (var i = 0; i < scores.Length; i++) scores[i] = (float)ExactMath.Sigmoid(sums[i]);
        return scores;
    }

    public override byte[] ToOnnx()
    {
        var graph = new OnnxGraph("logistic");
        var parts = new string[Encoders.Count];
        var weights = new float[Encoders.Count];
        for (var e = 0; e < Encoders.Count; e++)
        {
            if (Array.IndexOf(denseEncoders, e) is >= 0 and var d)
            {
                parts[e] = InputNodes.Add(graph, Encoders[e]);
                weights[e] = denseWeights[d];
                continue;
            }
            // A level is its weight: no one-hot column is ever made.
            var g = Array.IndexOf(levelEncoders, e);
            graph.Input(Encoders[e].Name, InputType.Int64);
            parts[e] = Encoders[e].Name + ":weight";
            weights[e] = 1;
            graph.Add(new OnnxNode("LabelEncoder", [Encoders[e].Name], parts[e], OnnxGraph.Ml)
                .Ints("keys_int64s", levels[g])
                .Floats("values_floats", levelWeights[g])
                .Float("default_float", 0));
        }
        graph.Constant("weights", weights, weights.Length, 1).Constant("intercept", [intercept], 1);
        graph.Add(new OnnxNode("Concat", parts, "features").Int("axis", 1));
        graph.Add(new OnnxNode("Gemm", ["features", "weights", "intercept"], "log_odds"));
        InputNodes.Finish(graph, "log_odds");
        return graph.ToModel();
    }

    public override IReadOnlyDictionary<string, object> Learnt() => new SortedDictionary<string, object>(StringComparer.Ordinal)
    {
        ["intercept"] = intercept,
        ["passes"] = passes,
        ["weights"] = denseEncoders.Select((e, d) => (Encoders[e].Name, denseWeights[d])).ToDictionary(x => x.Name, x => x.Item2),
        ["level_weights"] = levelEncoders.Select((e, g) => (Encoders[e].Name, Weights: levels[g].Zip(levelWeights[g]).ToDictionary(x => x.First.ToString(System.Globalization.CultureInfo.InvariantCulture), x => x.Second)))
            .ToDictionary(x => x.Name, x => x.Weights),
    };
}
