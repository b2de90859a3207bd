namespace Takt.Trainers.Tests.Metrics;

public sealed class PairedLossesTests
{
    [Fact]
    public void The_mean_difference_and_its_errors_are_those_worked_out_by_hand()
    {
        float[] a = [0.2f, 0.6f, 0.5f, 0.9f];
        float[] b = [0.4f, 0.5f, 0.5f, 0.5f];
        byte[] labels = [0, 1, 0, 1];
        const long Day = 86_400_000_000;
        long[] times = [0, 1, Day, 2 * Day];
        double[] d = [.. Enumerable.Range(0, 4).Select(i => Math.Pow(a[i] - labels[i], 2) - Math.Pow(b[i] - labels[i], 2))];
        var paired = PairedLosses.Compare("a", "b", "brier", Figures.BrierOf, a, b, labels, times);
        var mean = d.Average();
        Assert.Equal(mean, paired.MeanDifference, 1e-12);
        Assert.Equal(Math.Sqrt(d.Sum(x => (x - mean) * (x - mean)) / 3 / 4), paired.StandardError, 1e-12);
        double[] days = [d[0] + d[1] - 2 * mean, d[2] - mean, d[3] - mean];
        Assert.Equal(Math.Sqrt(days.Sum(x => x * x) * 3 / 2) / 4, paired.StandardErrorByDay!.Value, 1e-12);
        Assert.Equal(3, paired.Days);
    }
}
