namespace Takt.Monitoring;

/// <summary>What went in, and what came out, against the reference: no truth needed.</summary>
internal static class DriftTests
{
    /// <summary>A category that the reference never showed matters from this share of the window's rows.</summary>
    private const double MaterialNewShare = 0.01;

    public static IReadOnlyList<Finding> Data(Profile reference, Profile current, MonitorSpec spec)
    {
        var measures = new List<Measure>();
        var compared = reference.Columns.Count(c => c.Kind != ColumnKind.Identifier);
        for (var i = 0; i < reference.Columns.Count; i++)
        {
            var column = reference.Columns[i];
            if (column.Kind == ColumnKind.Identifier) continue;
            measures.Add(Shape(column, current.Columns[i], reference, current, spec, compared));
            if (Missing(column, current.Columns[i], spec) is { } missing) measures.Add(missing);
            if (New(column, current.Columns[i]) is { } stranger) measures.Add(stranger);
        }
        return Family.Judge(measures, spec.Alpha);
    }

    public static IReadOnlyList<Finding> Predictions(Profile reference, Profile current, MonitorSpec spec) =>
        Family.Judge([Shape(reference.Score, current.Score, reference, current, spec, 1)], spec.Alpha);

    private static Measure Shape(ColumnProfile reference, ColumnProfile current, Profile referenceProfile, Profile currentProfile, MonitorSpec spec, int family)
    {
        var number = reference.Kind == ColumnKind.Number;
        long[] a = reference.Total()[..^1], b = current.Total()[..^1];
        var blocks = Blocks.Of(referenceProfile, currentProfile, family, spec.Alpha);
        double statistic, p, effect;
        if (number)
        {
            statistic = effect = KolmogorovSmirnov.Distance(a, b);
            p = blocks.Usable ? blocks.Deal(reference.Counts, current.Counts, static (r, c) => KolmogorovSmirnov.Distance(r, c)) : KolmogorovSmirnov.PValue(a, b);
        }
        else
        {
            var result = ChiSquare.Test(a, b);
            (statistic, effect) = (result.Statistic, result.V);
            p = blocks.Usable ? blocks.Deal(reference.Counts, current.Counts, static (r, c) => ChiSquare.Test(r, c).Statistic) : result.PValue;
        }
        var test = (number ? "Kolmogorov-Smirnov, two samples" : "chi-square, two samples, Cramer's V corrected for bias") + blocks.Suffix;
        return new Measure(reference.Name, test, statistic, p, effect, spec.MaterialShift, effect >= spec.MaterialShift,
            Describe(reference, a), Describe(reference, b), a.Sum(), b.Sum());
    }

    private static Measure? Missing(ColumnProfile reference, ColumnProfile current, MonitorSpec spec)
    {
        long[] a = reference.Total(), b = current.Total();
        if (a[^1] == 0 && b[^1] == 0) return null;
        long n = a.Sum(), m = b.Sum();
        var result = ChiSquare.Test([n - a[^1], a[^1]], [m - b[^1], b[^1]]);
        double was = Share(a[^1], n), @is = Share(b[^1], m), effect = Math.Abs(@is - was);
        return new Measure($"{reference.Name}: missing", "chi-square, two samples", result.Statistic, result.PValue, effect, spec.MaterialShift, effect >= spec.MaterialShift,
            $"{Figures.Percent(was)} missing", $"{Figures.Percent(@is)} missing", n, m);
    }

    private static Measure? New(ColumnProfile reference, ColumnProfile current)
    {
        if (reference.Kind != ColumnKind.Category) return null;
        long[] a = reference.Total(), b = current.Total();
        var seen = b[^2];
        if (seen == 0) return null;
        long n = a.Sum(), m = b.Sum();
        var share = Share(seen, m);
        var names = string.Join(", ", current.NewValues.Take(3).Select(v => $"'{v.Key}' ({Figures.Count(v.Value)})"));
        return new Measure($"{reference.Name}: new values", "hypergeometric", seen, NewCategory.PValue(n, m, seen), share, MaterialNewShare, share >= MaterialNewShare,
            "none", $"{Figures.Percent(share)} of the rows: {names}", n, m);
    }

    /// <summary>Median of a number (the edge of its bin); most frequent value of a category.</summary>
    private static string Describe(ColumnProfile column, long[] counts)
    {
        var rows = counts.Sum();
        if (rows == 0) return "no values";
        if (column.Kind == ColumnKind.Category)
        {
            var most = Array.IndexOf(counts, counts.Max());
            return $"{(most < column.Categories.Length ? $"'{column.Categories[most]}'" : "new values")} most often ({Figures.Percent((double)counts[most] / rows)})";
        }
        long below = 0;
        for (var i = 0; i < counts.Length; i++)
        {
            below += counts[i];
            if (below * 2 >= rows) return i < column.Edges.Length ? $"median {Figures.Number(column.Edges[i])}" : $"median above {Figures.Number(column.Edges.LastOrDefault())}";
        }
        return "no values";
    }

    private static double Share(long part, long whole) => whole == 0 ? 0 : (double)part / whole;
}
