namespace Takt.Trainers;

/// <summary>
/// The inputs of a logistic model: numbers and rates as standardised columns, levels as the place of their weight (a one-hot column each, never
/// written out).
/// </summary>
internal sealed class DesignMatrix
{
    private const int MostLevels = 1000;

    /// <summary>Standardised columns, by encoder that is dense.</summary>
    public required double[][] Dense { get; init; }

    /// <summary>Which encoder each dense column belongs to.</summary>
    public required int[] DenseEncoders { get; init; }

    public required double[] Means { get; init; }

    public required double[] Deviations { get; init; }

    /// <summary>For each group of levels: by row, the level's place in <see cref="Levels"/>.</summary>
    public required int[][] Places { get; init; }

    /// <summary>For each group: the distinct values, rising.</summary>
    public required long[][] Levels { get; init; }

    /// <summary>Which encoder each group belongs to.</summary>
    public required int[] LevelEncoders { get; init; }

    /// <summary>Where each group's weights begin: after the intercept and the dense columns.</summary>
    public required int[] Offsets { get; init; }

    public required int Weights { get; init; }

    public static DesignMatrix Of(Frame frame, IReadOnlyList<Encoder> encoders, int rows)
    {
        var dense = Enumerable.Range(0, encoders.Count).Where(i => encoders[i].Kind != FeatureKind.Level).ToArray();
        var levels = Enumerable.Range(0, encoders.Count).Where(i => encoders[i].Kind == FeatureKind.Level).ToArray();
        var means = new double[dense.Length];
        var deviations = new double[dense.Length];
        var columns = new double[dense.Length][];
        for (var d = 0; d < dense.Length; d++) columns[d] = Standardised(encoders[dense[d]].EncodeTraining(frame.Columns[dense[d]], rows), out means[d], out deviations[d]);
        var distinct = levels.Select(i => Distinct((NumberColumn)frame.Columns[i], rows)).ToArray();
        var places = new int[levels.Length][];
        var offsets = new int[levels.Length];
        var next = 1 + dense.Length;
        for (var g = 0; g < levels.Length; g++)
        {
            offsets[g] = next;
            next += distinct[g].Length;
            var lookup = distinct[g].Select((level, place) => (level, place)).ToDictionary(x => (float)x.level, x => x.place);
            var values = ((NumberColumn)frame.Columns[levels[g]]).Values;
            places[g] = new int[rows];
            for (var i = 0; i < rows; i++) places[g][i] = lookup[values[i]];
        }
        return new DesignMatrix
        {
            Dense = columns,
            DenseEncoders = dense,
            Means = means,
            Deviations = deviations,
            Places = places,
            Levels = distinct,
            LevelEncoders = levels,
            Offsets = offsets,
            Weights = next,
        };
    }

    private static double[] Standardised(float[] values, out double mean, out double deviation)
    {
        double sum = 0;
        foreach (var value in values) sum += value;
        mean = sum / values.Length;
        double squares = 0;
        foreach (var value in values) squares += (value - mean) * (value - mean);
        deviation = Math.Sqrt(squares / values.Length);
        if (deviation < 1e-12 * (1 + Math.Abs(mean))) deviation = 1; // a constant: its weight stays 0
        var column = new double[values.Length];
        for (var i = 0; i < column.Length; i++) column[i] = (values[i] - mean) / deviation;
        return column;
    }

    private static long[] Distinct(NumberColumn column, int rows)
    {
        var seen = new HashSet<float>();
        for (var i = 0; i < rows; i++)
        {
            if (seen.Add(column.Values[i]) && seen.Count > MostLevels)
                throw new TrainingException($"Feature '{column.Name}' is a level with more than {MostLevels} values: make it a number or a category.");
        }
        return [.. seen.Select(value => (long)value).Order()];
    }
}
