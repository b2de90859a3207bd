namespace Takt.Monitoring;

/// <summary>
/// Kolmogorov-Smirnov on two samples given as counts over the same ordered bins. Bins of the reference's quantiles keep every value of a discrete feature apart;
/// on a continuous one the distance can be short of the unbinned one by at most one bin's share.
/// </summary>
internal static class KolmogorovSmirnov
{
    /// <summary>Cells of the exact test's table: beyond this the asymptotic p-value is as good.</summary>
    private const long ExactCells = 20_000_000;

    /// <summary>Samples smaller than this get the exact test.</summary>
    private const long Small = 500;

    /// <summary>The largest difference of the two cumulative shares.</summary>
    public static double Distance(ReadOnlySpan<long> reference, ReadOnlySpan<long> current)
    {
        double n = Total(reference), m = Total(current), a = 0, b = 0, distance = 0;
        if (n == 0 || m == 0) return 0;
        for (var i = 0; i < reference.Length; i++)
        {
            a += reference[i];
            b += current[i];
            distance = Math.Max(distance, Math.Abs(a / n - b / m));
        }
        return distance;
    }

    /// <summary>Two-sided: exact (ties and all) where a sample has fewer than 500 rows, else asymptotic.</summary>
    public static double PValue(ReadOnlySpan<long> reference, ReadOnlySpan<long> current)
    {
        long n = Total(reference), m = Total(current);
        if (n == 0 || m == 0) return 1;
        return Math.Min(n, m) < Small && n * m <= ExactCells ? Exact(reference, current) : Asymptotic(Distance(reference, current), n, m);
    }

    /// <summary>Kolmogorov's limit with Stephens's correction for finite samples.</summary>
    public static double Asymptotic(double distance, double n, double m)
    {
        var root = Math.Sqrt(n * m / (n + m));
        return Limit((root + 0.12 + 0.11 / root) * distance);
    }

    /// <summary>
    /// The share of all ways to deal the pooled rows into two samples of these sizes whose distance is at least the observed one
    /// (Schröer and Trenkler 1995: ties are handled by looking only where a group of equal values ends). O(n m).
    /// </summary>
    public static double Exact(ReadOnlySpan<long> reference, ReadOnlySpan<long> current)
    {
        int n = (int)Total(reference), m = (int)Total(current);
        var observed = Distance(reference, current) - 1e-12;
        var ends = new bool[n + m + 1];
        for (int i = 0, at = 0; i < reference.Length; i++)
        {
            at += (int)(reference[i] + current[i]);
            ends[at] = true;
        }

        // inside[j]: the chance that the first i + j rows were dealt i and j, and the distance stayed below the observed one at each group's end.
        var inside = new double[m + 1];
        for (var i = 0; i <= n; i++)
        {
            for (var j = 0; j <= m; j++)
            {
                if (i == 0 && j == 0)
                {
                    inside[0] = 1;
                    continue;
                }
                double left = n + m - (i + j) + 1;
                var way = 0.0;
                if (i > 0) way += inside[j] * (n - i + 1) / left;
                if (j > 0) way += inside[j - 1] * (m - j + 1) / left;
                inside[j] = ends[i + j] && Math.Abs((double)i / n - (double)j / m) >= observed ? 0 : way;
            }
        }
        return Math.Clamp(1 - inside[m], 0, 1);
    }

    private static double Limit(double lambda)
    {
        if (lambda < 0.2) return 1;
        double sum = 0, sign = 1;
        for (var k = 1; k <= 100; k++)
        {
            var term = Math.Exp(-2.0 * k * k * lambda * lambda);
            sum += sign * term;
            if (term < 1e-16) break;
            sign = -sign;
        }
        return Math.Clamp(2 * sum, 0, 1);
    }

    private static long Total(ReadOnlySpan<long> counts)
    {
        long total = 0;
        foreach (var count in counts) total += count;
        return total;
    }
}
