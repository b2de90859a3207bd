using System.Globalization;
using System.Text.Json;

namespace Takt.Cli.Demo.Steps;

/// <summary>5a. Monitoring finds the last week of February, explains itself, and its fact starts a pipeline run by itself.</summary>
internal sealed class FindWhatHappened : DemoStep
{
    private static readonly DateTime lastWeek = new(2001, 2, 22), march = new(2001, 3, 1);

    public override string Title => "5 Monitoring finds the last week";

    public override async Task RunAsync(DemoWorld world, CancellationToken cancellationToken)
    {
        // A window is closed by the first event after it: the traffic simply goes on.
        var first = await world.ReplayAsync(world.Book.Read(march, march.AddDays(1), 8), cancellationToken);
        await world.TellTruthAsync(first, cancellationToken);
        world.Clock = march.AddDays(1);

        var alert = await world.UntilAsync<JsonElement>("an alert about the last week of February", TimeSpan.FromSeconds(60), async () =>
            (await AlertsAsync(world, cancellationToken)).Where(a => a.Text("kind") is "performance" or "calibration" && Time(a, "windowTo") > lastWeek)
                .OrderBy(a => Time(a, "windowTo")).Select(a => (JsonElement?)a).FirstOrDefault(), cancellationToken);
        Hold(Time(alert, "windowFrom") >= lastWeek && Time(alert, "windowTo") <= march, $"the alert speaks of {alert.Text("windowFrom")} to {alert.Text("windowTo")}");

        var early = (await AlertsAsync(world, cancellationToken)).Count(a => a.Text("kind") is "performance" or "calibration" && Time(a, "windowTo") <= lastWeek);
        Hold(early == 0, $"{early} alerts were raised about the weeks before");
        world.Table.Add(Title, alert.Text("explanation"), $"alert {alert.Text("id")}");
        foreach (var finding in alert.GetProperty("findings").EnumerateArray().Where(f => f.GetProperty("flagged").GetBoolean()))
            world.Table.Add(Title, string.Create(CultureInfo.InvariantCulture, $"{finding.Text("what")}: {finding.Text("test")}, q = {finding.Number("pValue"):0.0e0}, {finding.Text("reference")} -> {finding.Text("current")}"), $"alert {alert.Text("id")[..8]}");

        var fact = await world.FactAsync("performance.degraded", cancellationToken);
        world.Table.Add(Title, "the finding is a fact in the journal", $"fact {fact.Whole("position")}");
    }

    private static async Task<IEnumerable<JsonElement>> AlertsAsync(DemoWorld world, CancellationToken cancellationToken) =>
        (await world.GetAsync("alerts", cancellationToken)).Items().Select(a => a.GetProperty("alert"));

    private static DateTime Time(JsonElement element, string name) => element.GetProperty(name).GetDateTimeOffset().UtcDateTime;
}
