using Takt.Kernel;

namespace Takt.Tracking.Tests;

public sealed class MetricHistories
{
    [Fact]
    public async Task A_history_reads_the_same_before_and_after_folding()
    {
        await using var lab = await Lab.OpenAsync();
        var run = await lab.RunAsync();
        var random = new Random(7);
        var expected = new Dictionary<string, SortedSet<Point>> { ["loss"] = [], ["auc"] = [] };
        for (var call = 0; call < 12; call++)
        {
            // Times go up on the whole, but calls overlap and repeat points.
            var points = Enumerable.Range(0, 400).Select(i => new MetricPoint(i % 3 == 0 ? "auc" : "loss", random.Next(5), call * 300 + random.Next(400), random.Next(-3, 50))).ToList();
            foreach (var p in points) expected[p.Key].Add(new Point(p.At, p.Step, p.Value));
            await lab.LogAsync(run, points);
            if (call % 4 == 2) await lab.FoldAsync(run);
            foreach (var key in expected.Keys) Assert.Equal(expected[key], await lab.HistoryAsync(run, key));
        }
        await lab.FoldAsync(run);
        foreach (var key in expected.Keys) Assert.Equal(expected[key], await lab.HistoryAsync(run, key));
        Assert.Equal(0L, await TailRowsAsync(lab));
    }

    [Fact]
    public async Task Pages_of_a_history_join_without_gap_or_overlap()
    {
        await using var lab = await Lab.OpenAsync();
        var run = await lab.RunAsync();
        await lab.LogAsync(run, [.. Enumerable.Range(0, 3000).Select(i => new MetricPoint("loss", i * 0.5, i, i))]);
        await lab.FoldAsync(run);
        await lab.LogAsync(run, [.. Enumerable.Range(2900, 300).Select(i => new MetricPoint("loss", i * 0.5, i, i))]);

        var paged = new List<Point>();
        for (var offset = 0; ; offset += 700)
        {
            var page = await lab.HistoryAsync(run, "loss", offset, 700);
            paged.AddRange(page);
            if (page.Count < 700) break;
        }
        Assert.Equal(Enumerable.Range(0, 3200).Select(i => new Point(i, i, i * 0.5)), paged);
        Assert.Empty(await lab.HistoryAsync(run, "loss", 3200, 10));
    }

    [Fact]
    public async Task Not_a_number_infinities_extremes_and_negative_steps_survive()
    {
        await using var lab = await Lab.OpenAsync();
        var run = await lab.RunAsync();
        Point[] points = [new(long.MinValue, long.MaxValue, double.NaN), new(-5, -7, double.NegativeInfinity), new(0, 0, double.PositiveInfinity), new(long.MaxValue, long.MinValue, double.Epsilon)];
        await lab.LogAsync(run, [.. points.Select(p => new MetricPoint("m", p.Value, p.Time, p.Step))]);

        Assert.Equal(points, await lab.HistoryAsync(run, "m"));
        await lab.FoldAsync(run);
        Assert.Equal(points, await lab.HistoryAsync(run, "m"));
        Assert.Equal(double.NaN, (await lab.Tracking.FindAsync(ProjectId.Default, run, Lab.Stop))!.Metrics["m"]);
    }

    [Fact]
    public async Task A_retried_call_changes_nothing()
    {
        await using var lab = await Lab.OpenAsync();
        var run = await lab.RunAsync();
        MetricPoint[] points = [new("loss", 1, 10, 1), new("loss", double.NaN, 11, 2), new("loss", 3, 12, 3)];
        await lab.LogAsync(run, points);
        await lab.FoldAsync(run);
        await lab.LogAsync(run, points);
        await lab.LogAsync(run, points);
        Assert.Equal(3, (await lab.HistoryAsync(run, "loss")).Count);
        await lab.FoldAsync(run);
        Assert.Equal(3, (await lab.HistoryAsync(run, "loss")).Count);
    }

    [Theory]
    [InlineData(new double[] { 5, 9, 1 }, new long[] { 1, 2, 3 }, new long[] { 1, 3, 2 }, 9)] // the highest step
    [InlineData(new double[] { 5, 9, 1 }, new long[] { 1, 3, 2 }, new long[] { 4, 4, 4 }, 9)] // then the latest time
    [InlineData(new double[] { 5, 9, 1 }, new long[] { 1, 1, 1 }, new long[] { 4, 4, 4 }, 9)] // then the highest value
    [InlineData(new double[] { -5, double.NaN, -1 }, new long[] { 1, 1, 1 }, new long[] { 4, 4, 4 }, double.NaN)] // NaN counts as 0
    [InlineData(new double[] { 5, double.NaN, 1 }, new long[] { 1, 1, 1 }, new long[] { 4, 4, 4 }, 5)]
    public async Task The_newest_value_follows_MLflows_rule_in_one_call_and_over_calls(double[] values, long[] times, long[] steps, double newest)
    {
        await using var lab = await Lab.OpenAsync();
        var together = await lab.RunAsync();
        var apart = await lab.RunAsync();
        var points = values.Select((v, i) => new MetricPoint("m", v, times[i], steps[i])).ToArray();
        await lab.LogAsync(together, points);
        foreach (var point in points) await lab.LogAsync(apart, point);

        Assert.Equal(newest, (await lab.Tracking.FindAsync(ProjectId.Default, together, Lab.Stop))!.Metrics["m"]);
        Assert.Equal(newest, (await lab.Tracking.FindAsync(ProjectId.Default, apart, Lab.Stop))!.Metrics["m"]);
    }

    [Fact]
    public async Task Calls_at_once_on_the_same_keys_lose_nothing()
    {
        await using var lab = await Lab.OpenAsync();
        var run = await lab.RunAsync();
        await Parallel.ForAsync(0, 40, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (call, _) =>
        {
            await lab.LogAsync(run, [.. Enumerable.Range(0, 50).Select(i => new MetricPoint($"m{(i + call) % 5}", call, call, i))]);
            if (call % 10 == 3) await lab.FoldAsync(run);
        });
        var total = 0;
        for (var k = 0; k < 5; k++) total += (await lab.HistoryAsync(run, $"m{k}")).Count;
        Assert.Equal(2000, total);
    }

    private static async Task<long> TailRowsAsync(Lab lab)
    {
        await using var command = lab.Database.App.CreateCommand("SELECT count(*) FROM tracking.metric_tail");
        return (long)(await command.ExecuteScalarAsync(Lab.Stop))!;
    }
}
