namespace Takt.Monitoring;

/// <summary>Reference and window as blocks of time, where there are enough of them to test by.</summary>
internal readonly struct Blocks
{
    private readonly int reference, current, seconds;

    private Blocks(int reference, int current, int seconds, bool usable, bool few)
    {
        this.reference = reference;
        this.current = current;
        this.seconds = seconds;
        Usable = usable;
        Few = few;
    }

    /// <summary>So many that the least p-value they can give survives the adjustment; else rows are the unit.</summary>
    public bool Usable { get; }

    /// <summary>Too few to deal out, enough for a t-test on their means.</summary>
    public bool Few { get; }

    /// <summary>For the name of a test.</summary>
    public string Suffix => Usable ? $", each {Figures.Length(seconds)} dealt as a whole" : "";

    /// <summary>For the name of a test on means.</summary>
    public string MeansSuffix => Few ? $", on the means by {Figures.Length(seconds)}" : Suffix;

    /// <summary>For explanations.</summary>
    public string Explained => Usable
        ? $"Rows of one {Figures.Length(seconds)} resemble each other, so whole ones ({reference} of the reference, {current} of the window) were dealt out, not rows."
        : Few ? $"Rows of one {Figures.Length(seconds)} resemble each other; for means, each of them ({reference} of the reference, {current} of the window) counted as one observation."
        : "There are too few days (or other blocks of time) to test by, so rows were taken for independent: read the p-value with care where they are not.";

    /// <param name="family">How many tests are adjusted together.</param>
    public static Blocks Of(Profile reference, Profile current, int family, double alpha)
    {
        int a = reference.Blocks.Count, b = current.Blocks.Count;
        var usable = a >= 3 && b >= 3 && BlockPermutation.Least(a, b) * 2 * family < alpha;
        return new Blocks(a, b, reference.BlockSeconds, usable, !usable && a >= 2 && b >= 2 && a + b >= 5);
    }

    /// <summary>The p-value of a statistic on bin counts (without the bin of the missing).</summary>
    public double Deal(long[][] referenceCounts, long[][] currentCounts, Func<long[], long[], double> statistic)
    {
        var all = referenceCounts.Concat(currentCounts).Select(c => c[..^1]).ToArray();
        var bins = all[0].Length;
        var total = new long[bins];
        foreach (var block in all) Add(total, block);
        var (rest, taken) = (new long[bins], new long[bins]);
        return BlockPermutation.PValue(reference, current, chosen =>
        {
            Array.Clear(taken);
            foreach (var block in chosen) Add(taken, all[block]);
            for (var i = 0; i < bins; i++) rest[i] = total[i] - taken[i];
            return statistic(rest, taken);
        });
    }

    /// <summary>The p-value of a difference of block means, studentised as Welch does, so that unequal scatter does no harm.</summary>
    /// <param name="twoSided">False: only a higher mean in the window counts.</param>
    public (double Statistic, double PValue) Means(double[] referenceMeans, double[] currentMeans, bool twoSided)
    {
        if (Few)
        {
            var result = Welch.Test(Moments.Of(referenceMeans), Moments.Of(currentMeans));
            return (result.Statistic, twoSided ? result.PTwoSided : result.PGreater);
        }
        double[] all = [.. referenceMeans, .. currentMeans];
        double sum = all.Sum(), squares = all.Sum(v => v * v);
        var n = all.Length;
        double Statistic(ReadOnlySpan<int> chosen)
        {
            double s = 0, q = 0;
            foreach (var block in chosen) (s, q) = (s + all[block], q + all[block] * all[block]);
            Moments window = Moments.Of(chosen.Length, s, q), rest = Moments.Of(n - chosen.Length, sum - s, squares - q);
            var t = (window.Mean - rest.Mean) / Math.Sqrt(Math.Max(1e-18, window.Variance / window.Count + rest.Variance / rest.Count));
            return twoSided ? Math.Abs(t) : t;
        }
        var p = BlockPermutation.PValue(reference, current, Statistic);
        return (Statistic(Enumerable.Range(referenceMeans.Length, currentMeans.Length).ToArray()), p);
    }

    private static void Add(long[] sum, long[] block)
    {
        for (var i = 0; i < sum.Length; i++) sum[i] += block[i];
    }
}
