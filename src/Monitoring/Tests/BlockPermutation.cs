namespace Takt.Monitoring;

/// <summary>
/// Tests that deal out whole blocks of time instead of rows. Rows of one day share its weather, its shifts and its batch: ten thousand of them are no ten thousand
/// independent witnesses, and a test by rows would find a "significant" difference between any two weeks. Here the unit is the block (a day, by default): the p-value is the share of
/// all ways to deal reference's and window's blocks into two groups of the same sizes whose statistic is at least the observed one.
/// Exact where there are at most 20,000 ways, else 9,999 seeded random ones. What it does not remove is dependence between neighbouring blocks.
/// </summary>
internal static class BlockPermutation
{
    private const double Every = 20_000;
    private const int Drawn = 9_999;

    /// <summary>The statistic of a split: <paramref name="current"/> are the indices of the blocks taken for the window's.</summary>
    public delegate double Statistic(ReadOnlySpan<int> current);

    /// <summary>The least p-value that so many blocks can give.</summary>
    public static double Least(int reference, int current) => 1 / Math.Min(Ways(reference + current, current), Drawn + 1);

    /// <param name="statistic">Large means different. Blocks below <paramref name="reference"/> are the reference's, the others the window's.</param>
    public static double PValue(int reference, int current, Statistic statistic)
    {
        var total = reference + current;
        var observed = statistic(Enumerable.Range(reference, current).ToArray());
        observed -= Math.Abs(observed) * 1e-9;
        return Ways(total, current) <= Every ? Enumerate(total, current, observed, statistic) : Draw(total, current, observed, statistic);
    }

    private static double Enumerate(int total, int take, double observed, Statistic statistic)
    {
        var chosen = Enumerable.Range(0, take).ToArray();
        long ways = 0, extreme = 0;
        while (true)
        {
            ways++;
            if (statistic(chosen) >= observed) extreme++;
            var k = take - 1;
            while (k >= 0 && chosen[k] == total - take + k) k--;
            if (k < 0) return (double)extreme / ways;
            chosen[k]++;
            for (var j = k + 1; j < take; j++) chosen[j] = chosen[j - 1] + 1;
        }
    }

    private static double Draw(int total, int take, double observed, Statistic statistic)
    {
        var random = new Random(20010201);
        var blocks = Enumerable.Range(0, total).ToArray();
        var extreme = 1;
        for (var i = 0; i < Drawn; i++)
        {
            for (var j = 0; j < take; j++)
            {
                var other = random.Next(j, total);
                (blocks[j], blocks[other]) = (blocks[other], blocks[j]);
            }
            if (statistic(blocks.AsSpan(0, take)) >= observed) extreme++;
        }
        return extreme / (Drawn + 1.0);
    }

    private static double Ways(int n, int k)
    {
        double ways = 1;
        k = Math.Min(k, n - k);
        for (var i = 1; i <= k && ways < 1e15; i++) ways = ways * (n - k + i) / i;
        return ways;
    }
}
