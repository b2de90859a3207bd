namespace Takt.Monitoring;

/// <summary>
/// What a monitor keeps of a sample, and all that its tests need: counts by block of time and bin, and sums by block. The reference's is made once, kept as
/// an artifact, and the rows are not read again; a window's is made with the same edges, categories and block length.
/// </summary>
/// <param name="Version">Of this shape: 1.</param>
/// <param name="BlockSeconds">Length of a block of event time.</param>
/// <param name="Probability">Labels are 0 and 1 and scores lie between: log loss and calibration mean something.</param>
/// <param name="Score">The score as a column.</param>
/// <param name="Columns">The model's inputs as served.</param>
/// <param name="Blocks">In the order of time; one where rows carry no time.</param>
internal sealed record Profile(int Version, int BlockSeconds, bool Probability, ColumnProfile Score, IReadOnlyList<ColumnProfile> Columns, IReadOnlyList<Block> Blocks)
{
    public long Rows => Blocks.Sum(b => b.Rows);

    public long Labelled => Blocks.Sum(b => b.Labelled);
}

/// <summary>A column's bins and its counts in them.</summary>
/// <param name="Edges">Of a number: bin i holds values above edge i - 1 up to edge i; one more bin holds what lies above the last.</param>
/// <param name="Categories">Of a category: the reference's, most frequent first; one more bin holds those it never showed.</param>
/// <param name="Counts">By block, then bin; the last bin is what is missing.</param>
/// <param name="NewValues">Categories that the reference never showed, with their rows: the most frequent few.</param>
internal sealed record ColumnProfile(string Name, ColumnKind Kind, float[] Edges, string[] Categories, long[][] Counts, IReadOnlyDictionary<string, long> NewValues)
{
    /// <summary>Without the bin of the missing.</summary>
    public int Bins => Kind == ColumnKind.Number ? Edges.Length + 1 : Categories.Length + 1;

    public long[] Total()
    {
        var total = new long[Bins + 1];
        foreach (var block in Counts)
            for (var i = 0; i < total.Length; i++) total[i] += block[i];
        return total;
    }
}

internal enum ColumnKind
{
    Number,
    Category,

    /// <summary>Text with so many values that it is an id: not compared.</summary>
    Identifier,
}

/// <summary>A block of time. All but <paramref name="Rows"/> and <paramref name="Scores"/> are sums over its rows with truth.</summary>
/// <param name="Start">Seconds since 1970.</param>
/// <param name="Scores">Sum of the scores of all rows.</param>
/// <param name="Variance">Sum of p (1 - p).</param>
/// <param name="Expected">Sum of the log loss the model itself expects: the entropy of its scores.</param>
/// <param name="Excess">Spiegelhalter's numerator.</param>
/// <param name="ExcessVariance">And its variance.</param>
internal sealed record Block(long Start, long Rows, double Scores, long Labelled, double Labels, double LabelledScores, double Variance,
    double Loss, double LossSquares, double Expected, double Excess, double ExcessVariance)
{
    public Block With(Block other) => new(Start, Rows + other.Rows, Scores + other.Scores, Labelled + other.Labelled, Labels + other.Labels,
        LabelledScores + other.LabelledScores, Variance + other.Variance, Loss + other.Loss, LossSquares + other.LossSquares, Expected + other.Expected,
        Excess + other.Excess, ExcessVariance + other.ExcessVariance);
}
