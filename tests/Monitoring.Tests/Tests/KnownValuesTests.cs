namespace Takt.Monitoring.Tests;

/// <summary>The statistics against values of SciPy 1.10 and, where a table can be written down whole, against counting by hand.</summary>
public sealed class KnownValuesTests
{
    private static void Close(double expected, double actual) => Assert.InRange(actual, expected * (1 - 1e-6) - 1e-12, expected * (1 + 1e-6) + 1e-12);

    [Fact]
    public void Normal_tail_is_SciPys()
    {
        Close(0.024997895148220435, SpecialFunctions.NormalTail(1.96));
        Close(0.6914624612740131, SpecialFunctions.NormalTail(-0.5));
        Close(9.865876450376946e-10, SpecialFunctions.NormalTail(6));
    }

    [Fact]
    public void Chi_square_tail_is_SciPys()
    {
        Close(0.05004352124870519, SpecialFunctions.ChiSquareTail(3.84, 1));
        Close(0.029252688076961124, SpecialFunctions.ChiSquareTail(20, 10));
        Close(7.728992111216604e-09, SpecialFunctions.ChiSquareTail(700, 500));
    }

    [Fact]
    public void Student_tail_is_SciPys()
    {
        Close(0.019825117332800207, SpecialFunctions.StudentTail(2.5, 7.3));
        Close(0.8044988905221148, SpecialFunctions.StudentTail(-1, 3));
        Close(0.00343646683857923, SpecialFunctions.StudentTail(12, 2));
    }

    [Fact]
    public void Chi_square_of_two_samples_is_that_of_the_contingency_table()
    {
        var result = ChiSquare.Test([10, 20, 30, 40], [30, 20, 30, 10]);
        Close(27.55, result.Statistic);
        Close(4.514168596984899e-06, result.PValue);
        Assert.Equal(3, result.Degrees);
    }

    [Fact]
    public void Rare_categories_are_pooled_into_one()
    {
        var result = ChiSquare.Test([100, 100, 2, 1, 1, 1], [100, 100, 1, 2, 1, 0]);
        Assert.Equal(2, result.Degrees);
    }

    [Fact]
    public void Corrected_V_of_a_difference_that_chance_explains_is_zero() =>
        Assert.Equal(0, ChiSquare.Test([103, 97, 100, 105], [98, 104, 99, 96]).V);

    [Fact]
    public void Exact_Kolmogorov_Smirnov_without_ties_is_SciPys()
    {
        // x = 0 .. 19, y = 4.05 + 1.3 i: each value its own bin.
        var values = Enumerable.Range(0, 20).Select(i => ((double)i, true)).Concat(Enumerable.Range(0, 15).Select(i => (i * 1.3 + 4.05, false))).OrderBy(v => v.Item1).ToArray();
        long[] x = [.. values.Select(v => v.Item2 ? 1L : 0L)], y = [.. values.Select(v => v.Item2 ? 0L : 1L)];
        Close(0.25, KolmogorovSmirnov.Distance(x, y));
        Close(0.5870284709662222, KolmogorovSmirnov.Exact(x, y));
    }

    [Fact]
    public void Exact_Kolmogorov_Smirnov_with_ties_is_the_share_of_all_126_ways_to_deal_the_rows()
    {
        // x = 1 1 2 3, y = 2 3 3 4 4: 26 of 126 ways are at least as far apart.
        Close(26 / 126.0, KolmogorovSmirnov.Exact([2, 1, 1, 0], [0, 1, 2, 2]));
    }

    [Fact]
    public void Asymptotic_Kolmogorov_Smirnov_comes_near_the_limit_for_large_samples() =>
        Assert.InRange(KolmogorovSmirnov.Asymptotic(0.05, 1000, 2000), 0.06, 0.0714);

    [Fact]
    public void Welch_is_SciPys()
    {
        var result = Welch.Test(Moments.Of([1.2, 3.3, 1.9, 2.0]), Moments.Of([3.1, 2.9, 3.6, 4.0, 2.2]));
        Close(1.9811642143332377, result.Statistic);
        Close(0.09775808019100753, result.PTwoSided);
        Close(0.09775808019100753 / 2, result.PGreater);
    }

    [Fact]
    public void Benjamini_Hochberg_steps_up()
    {
        var adjusted = BenjaminiHochberg.Adjust([0.01, 0.04, 0.03, 0.005]);
        Close(0.02, adjusted[0]);
        Close(0.04, adjusted[1]);
        Close(0.04, adjusted[2]);
        Close(0.02, adjusted[3]);
    }

    [Fact]
    public void Calibration_of_a_fair_coin_called_sixty_times_in_a_hundred()
    {
        var (z, p) = Calibration.Share(60, 50, 25);
        Close(2, z);
        Close(0.045500263896358, p);
    }

    [Fact]
    public void New_category_that_fell_into_the_window_by_chance_alone()
    {
        // Three rows, a window as large as the reference: each falls there with a half.
        Close(0.125, Math.Round(NewCategory.PValue(1_000_000, 1_000_000, 3), 5));
        Assert.Equal(0, NewCategory.PValue(1_000_000, 1_000, 500));
    }

    [Fact]
    public void Dealing_blocks_counts_all_ways()
    {
        // 1 2 3 against 4 5 6: one way of twenty has so large a sum.
        double[] values = [1, 2, 3, 4, 5, 6];
        Close(0.05, BlockPermutation.PValue(3, 3, chosen => Sum(values, chosen)));
        Close(0.05, BlockPermutation.Least(3, 3));
    }

    [Fact]
    public void Dealing_many_blocks_draws_and_gives_the_same_each_time()
    {
        var values = Enumerable.Range(0, 60).Select(i => (double)(i * 37 % 61)).ToArray();
        var first = BlockPermutation.PValue(40, 20, chosen => Sum(values, chosen));
        Assert.Equal(first, BlockPermutation.PValue(40, 20, chosen => Sum(values, chosen)));
        Assert.InRange(first, 0.01, 0.99);
    }

    private static double Sum(double[] values, ReadOnlySpan<int> chosen)
    {
        double sum = 0;
        foreach (var i in chosen) sum += values[i];
        return sum;
    }
}
