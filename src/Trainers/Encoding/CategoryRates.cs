namespace Takt.Trainers;

/// <summary>
/// How often the label is true for each text of a category, learnt from training rows and smoothed towards their general rate.
/// Training rows themselves are given rates learnt from the other four fifths of the rows (cross-fitting), so that a rare text's rate does not
/// give its own label away; served rows are given the rates learnt from all.
/// </summary>
internal sealed class CategoryRates
{
    private const int Folds = 5;
    private readonly float[][] withoutFold; // by fold, by code

    private CategoryRates(string[] texts, float[] values, bool[] seen, float[][] withoutFold, float other)
    {
        Texts = texts;
        Values = values;
        Seen = seen;
        Other = other;
        this.withoutFold = withoutFold;
    }

    /// <summary>By code; those not <see cref="Seen"/> in training have <see cref="Other"/>.</summary>
    public string[] Texts { get; }

    public float[] Values { get; }

    public bool[] Seen { get; }

    /// <summary>For a text that training never saw.</summary>
    public float Other { get; }

    /// <param name="rows">The training rows are the first so many.</param>
    /// <param name="logOdds">Are rates given as log(p / (1 - p))?</param>
    public static CategoryRates Learn(CategoryColumn column, byte[] labels, int rows, bool logOdds)
    {
        var tally = new Tally(column, labels, rows);
        var (values, seen, other) = tally.Rates(leftOut: -1, logOdds);
        var without = Enumerable.Range(0, Folds).Select(fold => tally.Rates(fold, logOdds).Values).ToArray();
        return new CategoryRates(column.Texts, values, seen, without, other);
    }

    /// <summary>The value that training row <paramref name="row"/> is given.</summary>
    public float ForTraining(int row, int code) => withoutFold[row % Folds][code];

    /// <summary>Rows and true ones, by fold and code.</summary>
    private sealed class Tally
    {
        private readonly long[,] count;
        private readonly long[,] positive;
        private readonly int size;
        private readonly double smoothing;

        public Tally(CategoryColumn column, byte[] labels, int rows)
        {
            size = column.Texts.Length;
            smoothing = column.Spec.Smoothing;
            count = new long[Folds, size];
            positive = new long[Folds, size];
            for (int i = 0, fold = 0; i < rows; i++, fold = fold == Folds - 1 ? 0 : fold + 1)
            {
                count[fold, column.Codes[i]]++;
                positive[fold, column.Codes[i]] += labels[i];
            }
        }

        public (float[] Values, bool[] Seen, float Other) Rates(int leftOut, bool logOdds)
        {
            var n = new long[size];
            var p = new long[size];
            for (var fold = 0; fold < Folds; fold++)
            {
                if (fold == leftOut) continue;
                for (var code = 0; code < size; code++)
                {
                    n[code] += count[fold, code];
                    p[code] += positive[fold, code];
                }
            }
            var all = n.Sum();
            var general = all == 0 ? 0.5 : (double)p.Sum() / all;
            var values = new float[size];
            for (var code = 0; code < size; code++) values[code] = Scale(n[code] == 0 ? general : (p[code] + smoothing * general) / (n[code] + smoothing), logOdds);
            return (values, [.. n.Select(rows => rows > 0)], Scale(general, logOdds));
        }

        private static float Scale(double rate, bool logOdds)
        {
            if (!logOdds) return (float)rate;
            rate = Math.Clamp(rate, 1e-6, 1 - 1e-6);
            return (float)ExactMath.Log(rate / (1 - rate));
        }
    }
}
