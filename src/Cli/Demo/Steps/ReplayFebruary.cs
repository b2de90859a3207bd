using System.Globalization;

namespace Takt.Cli.Demo.Steps;

/// <summary>3. February as live traffic in event time; each day's truth comes after the day, each week's records at its end. In between (4) a broken delivery.</summary>
internal sealed class ReplayFebruary : DemoStep
{
    private const int EveryNth = 8;

    public override string Title => "3 February is replayed live";

    public override async Task RunAsync(DemoWorld world, CancellationToken cancellationToken)
    {
        var (from, end) = (new DateTime(2001, 2, 1), new DateTime(2001, 3, 1));
        var (sent, took) = (0L, TimeSpan.Zero);
        var latencies = new List<(double P50, double P99)>();
        for (var day = from; day < end; day = day.AddDays(1))
        {
            var report = await world.ReplayAsync(world.Book.Read(day, day.AddDays(1), EveryNth), cancellationToken);
            Hold(report.Failed == 0, $"{report.Failed} requests failed on {day:MMM d}: {report.FirstFailure}");
            (sent, took) = (sent + report.Answers.Count, took + report.Took);
            latencies.Add((report.P50, report.P99));
            if ((day.AddDays(1) - from).Days % 7 == 0) await DeliverWeekAsync(world, day.AddDays(-6), cancellationToken);
            await world.TellTruthAsync(report, cancellationToken);
            if ((day.AddDays(1) - from).Days == 14) await new RefuseBroken().RunAsync(world, cancellationToken);
            world.Clock = day.AddDays(1);
            world.Say($"  {day.ToString("MMM d", CultureInfo.InvariantCulture)}: {report.Answers.Count:N0} requests, {report.PerSecond:N0}/s");
        }
        Hold(sent >= 50_000, $"only {sent:N0} requests were replayed");

        var (p50, p99) = (latencies.Select(l => l.P50).Order().ElementAt(latencies.Count / 2), latencies.Max(l => l.P99));
        world.Table.Add(Title, string.Create(CultureInfo.InvariantCulture, $"{sent:N0} requests answered, 0 failed, {sent / took.TotalSeconds:N0}/s, p50 {p50:0.0} ms, worst day's p99 {p99:0.0} ms"), $"deployment {DemoWorld.Deployment}");
        world.Table.Figures["replay_requests"] = sent;
        world.Table.Figures["replay_requests_per_second"] = sent / took.TotalSeconds;
        world.Table.Figures["replay_p50_ms"] = p50;
        world.Table.Figures["replay_worst_day_p99_ms"] = p99;
        await EverythingIsLoggedAsync(world, sent, cancellationToken);
    }

    private async Task EverythingIsLoggedAsync(DemoWorld world, long sent, CancellationToken cancellationToken)
    {
        var progress = await world.UntilAsync<System.Text.Json.JsonElement>($"{sent:N0} logged requests with their truth", TimeSpan.FromSeconds(30), async () =>
        {
            var now = await world.GetAsync($"deployments/{DemoWorld.Deployment}/progress", cancellationToken);
            return now.Whole("requests") >= sent && now.Whole("truths") >= sent ? now : null;
        }, cancellationToken);
        Hold(progress.Whole("requests") == sent, $"{sent:N0} requests were answered, the log has {progress.Whole("requests"):N0}");
        world.Table.Add(Title, $"{progress.Whole("requests"):N0} in the inference log, {progress.Whole("truths"):N0} joined with their truth by request id", $"log of {DemoWorld.Deployment}");
    }

    private static async Task DeliverWeekAsync(DemoWorld world, DateTime from, CancellationToken cancellationToken)
    {
        var path = Path.Combine(world.Folder, $"week-{from:MMdd}.parquet");
        world.Book.Write(from, from.AddDays(7), path);
        var delivery = await world.DeliverAsync(path, $"{from:yyyy-MM-dd}, seven days", cancellationToken);
        Hold(delivery.Text("status") == "accepted", $"the week from {from:MMM d} was {delivery.Text("status")}: {string.Join("; ", delivery.GetProperty("checks").EnumerateArray().Where(c => !c.GetProperty("passed").GetBoolean()).Select(c => $"{c.Text("check")} ({c.Text("observed")})"))}");
    }
}
