namespace Takt.Monitoring;

/// <summary>
/// Chi-square of homogeneity on two samples of categories. Both are samples: holding the reference for exact would raise false alarms by the dozen. Categories expected fewer
/// than five times in either sample are pooled into one. The effect is Cramer's V with Bergsma's correction, which is near 0 without drift whatever the number of categories.
/// </summary>
internal static class ChiSquare
{
    private const double LeastExpected = 5;

    /// <param name="Statistic">Chi-square.</param>
    /// <param name="V">Cramer's, corrected for bias.</param>
    public readonly record struct Result(double Statistic, double Degrees, double PValue, double V);

    public static Result Test(ReadOnlySpan<long> reference, ReadOnlySpan<long> current)
    {
        double n = 0, m = 0;
        for (var i = 0; i < reference.Length; i++) (n, m) = (n + reference[i], m + current[i]);
        if (n == 0 || m == 0) return new Result(0, 0, 1, 0);

        double statistic = 0, rareReference = 0, rareCurrent = 0;
        var cells = 0;
        for (var i = 0; i < reference.Length; i++)
        {
            double both = reference[i] + current[i];
            if (both * Math.Min(n, m) / (n + m) < LeastExpected) (rareReference, rareCurrent) = (rareReference + reference[i], rareCurrent + current[i]);
            else (statistic, cells) = (statistic + Cell(reference[i], current[i], n, m), cells + 1);
        }
        if (rareReference + rareCurrent > 0) (statistic, cells) = (statistic + Cell(rareReference, rareCurrent, n, m), cells + 1);
        if (cells < 2) return new Result(0, 0, 1, 0);

        double degrees = cells - 1, total = n + m;
        var unbiased = Math.Max(0, statistic / total - degrees / (total - 1));
        var rows = 2 - 1 / (total - 1);
        var columns = cells - degrees * degrees / (total - 1);
        var v = Math.Sqrt(unbiased / Math.Max(1e-12, Math.Min(rows, columns) - 1));
        return new Result(statistic, degrees, SpecialFunctions.ChiSquareTail(statistic, degrees), Math.Min(1, v));
    }

    private static double Cell(double reference, double current, double n, double m)
    {
        double both = reference + current, a = both * n / (n + m), b = both * m / (n + m);
        return (reference - a) * (reference - a) / a + (current - b) * (current - b) / b;
    }
}
