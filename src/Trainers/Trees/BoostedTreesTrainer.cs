namespace Takt.Trainers;

/// <summary>Gradient boosting of the log loss with second-order leaves, on histograms.</summary>
internal static class BoostedTreesTrainer
{
    /// <param name="rows">The frame's first so many rows are trained on.</param>
    /// <param name="trees">How many, where that is known already; null: as the parameters say.</param>
    /// <param name="progress">Is told how many trees stand, of how many.</param>
    public static BoostedTreesModel Fit(Frame frame, byte[] labels, int rows, BoostedTreesParams parameters, int? trees, int threads, Action<int, int> progress)
    {
        Check(parameters);
        if (trees is null && parameters.EarlyStopping is not null) trees = BestCount(frame, labels, rows, parameters, threads, progress);
        var (encoders, columns) = Encode(frame, labels, rows, rows);
        var count = trees ?? parameters.Trees;
        var grown = new List<Tree>(count);
        var (start, scores) = Grow(columns, labels, rows, parameters, count, threads, tree =>
        {
            grown.Add(tree);
            progress(grown.Count, count);
            return true;
        });
        RowChunks.Run(rows, threads, (_, from, to) =>
        {
            for (var i = from; i < to; i++) scores[i] = (float)ExactMath.Sigmoid(scores[i]);
        });
        return new BoostedTreesModel(encoders, grown, start, scores);
    }

    /// <summary>How many trees serve the last tenth of the rows best.</summary>
    private static int BestCount(Frame frame, byte[] labels, int rows, BoostedTreesParams parameters, int threads, Action<int, int> progress)
    {
        var fitted = rows - rows / 10;
        if (fitted == rows || OneClass(labels, fitted)) return parameters.Trees;
        var (encoders, columns) = Encode(frame, labels, fitted, fitted);
        var held = encoders.Select((e, i) => e.Encode(frame.Columns[i], fitted, rows)).ToArray();
        float[]? scores = null;
        var (best, bestLoss, grown) = (1, double.PositiveInfinity, 0);
        _ = Grow(columns, labels, fitted, parameters, parameters.Trees, threads, tree =>
        {
            if (scores is null)
            {
                scores = new float[rows - fitted];
                Array.Fill(scores, StartOf(labels, fitted));
            }
            double loss = 0;
            for (var i = 0; i < scores.Length; i++)
            {
                scores[i] += tree.Value(held, i);
                var p = ExactMath.Sigmoid((double)scores[i]);
                loss -= ExactMath.Log(Math.Max(labels[fitted + i] != 0 ? p : 1 - p, 1e-300));
            }
            grown++;
            progress(grown, parameters.Trees);
            if (loss < bestLoss) (best, bestLoss) = (grown, loss);
            return grown - best < parameters.EarlyStopping;
        });
        return best;
    }

    private static (float Start, float[] Scores) Grow(float[][] columns, byte[] labels, int rows, BoostedTreesParams parameters, int count, int threads, Func<Tree, bool> goOn)
    {
        var binned = BinnedRows.Of(columns, rows, parameters.Bins, threads);
        var start = StartOf(labels, rows);
        var scores = new float[rows];
        Array.Fill(scores, start);
        var gradients = new long[rows];
        var grower = new TreeGrower(binned, parameters, threads);
        for (var t = 0; t < count; t++)
        {
            RowChunks.Run(rows, threads, (_, from, to) => Gradients.Compute(scores.AsSpan(from, to - from), labels.AsSpan(from, to - from), gradients.AsSpan(from, to - from)));
            if (!goOn(grower.Grow(gradients, scores))) break;
        }
        return (start, scores);
    }

    private static (Encoder[] Encoders, float[][] Columns) Encode(Frame frame, byte[] labels, int learntFrom, int rows)
    {
        var encoders = frame.Columns.Select(c => Encoder.Learn(c, labels, learntFrom, logOdds: false)).ToArray();
        return (encoders, [.. encoders.Select((e, i) => e.EncodeTraining(frame.Columns[i], rows))]);
    }

    /// <summary>The log odds of the label among all rows.</summary>
    private static float StartOf(byte[] labels, int rows)
    {
        long positive = 0;
        for (var i = 0; i < rows; i++) positive += labels[i];
        return (float)ExactMath.Log((double)positive / (rows - positive));
    }

    private static bool OneClass(byte[] labels, int rows) => labels.AsSpan(0, rows).IndexOf((byte)1) < 0 || labels.AsSpan(0, rows).IndexOf((byte)0) < 0;

    private static void Check(BoostedTreesParams p)
    {
        Require(p.Trees is >= 1 and <= 2000, "trees", p.Trees, "from 1 to 2000");
        Require(p.Depth is >= 1 and <= 8, "depth", p.Depth, "from 1 to 8");
        Require(p.LearningRate is > 0 and <= 1, "learning_rate", p.LearningRate, "above 0 and at most 1");
        Require(p.L2 >= 0 && double.IsFinite(p.L2), "l2", p.L2, "0 or more");
        Require(p.MinChildWeight > 0 && double.IsFinite(p.MinChildWeight), "min_child_weight", p.MinChildWeight, "above 0");
        Require(p.MinGain >= 0 && double.IsFinite(p.MinGain), "min_gain", p.MinGain, "0 or more");
        Require(p.Bins is >= 2 and <= 255, "bins", p.Bins, "from 2 to 255");
        Require(p.EarlyStopping is null or >= 1, "early_stopping", p.EarlyStopping ?? 0, "1 or more, or left out");
    }

    private static void Require(bool holds, string name, IFormattable value, string bounds)
    {
        if (!holds) throw new TrainingException($"boosted_trees.{name} is {value.ToString(null, System.Globalization.CultureInfo.InvariantCulture)}: it must be {bounds}.");
    }
}
