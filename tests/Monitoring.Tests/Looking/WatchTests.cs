using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Takt.Kernel;
using Takt.Serving;

namespace Takt.Monitoring.Tests;

public sealed class WatchTests(Flights flights, ITestOutputHelper output) : IClassFixture<Flights>
{
    private static readonly DateTimeOffset[] Weeks = [.. Enumerable.Range(0, 6).Select(i => new DateTimeOffset(2001, 2, 1, 0, 0, 0, TimeSpan.Zero).AddDays(7 * i))];

    [Fact]
    public async Task February_replayed_raises_each_alert_once_and_the_next_week_resolves_it()
    {
        await using var here = await FebruaryAsync();

        // The first three weeks and their truth: nothing to tell.
        here.Progress = new InferenceProgress(40_000, 40_000, Weeks[3].AddHours(1), Weeks[3].AddHours(-1));
        await here.RoundAsync();
        Assert.DoesNotContain(here.Facts, f => f.Kind != "monitor.defined");
        Assert.Equal(3, (await here.Windows.ListAsync(ProjectId.Default, "watch", null, 10, CancellationToken.None)).Count);

        // The last week is closed by the first flight of March. Seen again after a restart, it is not told again.
        here.Progress = new InferenceProgress(60_000, 60_000, Weeks[4].AddMinutes(5), Weeks[4].AddMinutes(-5));
        await here.RoundAsync();
        here.Restart();
        await here.RoundAsync();
        var told = here.Facts.Where(f => f.Kind == "performance.degraded").Select(f => JsonSerializer.Deserialize<Alert>(f.Payload, TaktJson.Options)!).ToArray();
        Assert.Equal([AlertKind.Calibration, AlertKind.Performance], told.Select(a => a.Kind));
        Assert.All(told, a => Assert.Equal((Weeks[3], Weeks[4]), (a.WindowFrom, a.WindowTo)));
        Assert.All(told, a => Assert.Equal("flight-late/1", a.ModelVersion));
        foreach (var alert in told) output.WriteLine(alert.Explanation);
        Assert.DoesNotContain(here.Facts, f => f.Kind is "drift.detected" or "monitor.alert.raised");

        // The first week of March is ordinary again.
        here.Progress = new InferenceProgress(80_000, 80_000, Weeks[5].AddMinutes(5), Weeks[5]);
        await here.RoundAsync();
        Assert.Equal(2, here.Facts.Count(f => f.Kind == "monitor.alert.resolved"));
        Assert.All(await here.Alerts.ListAsync(ProjectId.Default, [AlertState.Resolved], 10, CancellationToken.None), a => Assert.Contains("shows it no more", a.ResolvedBecause, StringComparison.Ordinal));
        Assert.Equal(1, here.ReferenceReads);
    }

    [Fact]
    public async Task Drift_is_looked_at_when_the_window_closes_and_performance_once_its_truth_has_come()
    {
        await using var here = await FebruaryAsync();
        here.Progress = new InferenceProgress(60_000, 0, Weeks[4].AddMinutes(5), null);
        await here.RoundAsync();
        var windows = await here.Windows.ListAsync(ProjectId.Default, "watch", null, 10, CancellationToken.None);
        Assert.All(windows, w => Assert.Equal(WindowStatus.AwaitingTruth, w.Status));
        Assert.All(windows, w => Assert.Equal([AlertKind.DataDrift, AlertKind.PredictionDrift], w.Findings.Select(f => f.Kind)));

        here.Progress = new InferenceProgress(60_000, 60_000, Weeks[4].AddMinutes(5), Weeks[4].AddMinutes(5));
        await here.RoundAsync();
        windows = await here.Windows.ListAsync(ProjectId.Default, "watch", null, 10, CancellationToken.None);
        Assert.All(windows, w => Assert.Equal(WindowStatus.Complete, w.Status));
        Assert.Equal(2, here.Facts.Count(f => f.Kind == "performance.degraded"));
        Assert.Equal(7, windows[0].Figures!.Blocks.Count);
        Assert.InRange(windows[0].Figures!.Share!.Value, 0.30, 0.33);
    }

    [Fact]
    public async Task Change_of_champion_resolves_what_was_said_of_the_old_one()
    {
        await using var here = await FebruaryAsync();
        here.Progress = new InferenceProgress(60_000, 60_000, Weeks[4].AddMinutes(5), Weeks[4]);
        await here.RoundAsync();
        here.Champion = 2;
        await here.RoundAsync();
        var alerts = await here.Alerts.ListAsync(ProjectId.Default, Enum.GetValues<AlertState>(), 10, CancellationToken.None);
        Assert.Equal(2, alerts.Count);
        Assert.All(alerts, a => Assert.Contains("Revision 2 (flight-late/2)", a.ResolvedBecause, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Declared_complete_the_last_window_is_judged_without_waiting_for_March()
    {
        await using var here = await FebruaryAsync("2001-03-01");
        here.Progress = new InferenceProgress(60_000, 60_000, Weeks[4].AddMinutes(-5), Weeks[4].AddMinutes(-5));
        await here.RoundAsync();
        Assert.DoesNotContain(here.Facts, f => f.Kind == "performance.degraded");
        await DeclareComplete.Handle(Caller.System(ProjectId.Default), "watch", new Completeness(Weeks[4]), here.Monitors, here.Database.Database, here, CancellationToken.None);
        await here.RoundAsync();
        Assert.Equal(2, here.Facts.Count(f => f.Kind == "performance.degraded"));
    }

    [Fact]
    public async Task Alert_is_acknowledged_with_a_note_and_still_stands()
    {
        await using var here = await FebruaryAsync();
        here.Progress = new InferenceProgress(60_000, 60_000, Weeks[4].AddMinutes(5), Weeks[4]);
        await here.RoundAsync();
        var caller = Caller.System(ProjectId.Default);
        var alert = (await here.Alerts.ListAsync(ProjectId.Default, [AlertState.Open], 10, CancellationToken.None))[0];
        await AlertEndpoints.Acknowledge(caller, alert.Alert.Id.ToString(), new Acknowledgement("storm over Chicago"), here.Alerts, here.Database.Database, here, here.Time, CancellationToken.None);
        var seen = await here.Alerts.FindAsync(ProjectId.Default, alert.Alert.Id, CancellationToken.None);
        Assert.Equal((AlertState.Acknowledged, "storm over Chicago"), (seen!.State, seen.Note));
        Assert.Contains(here.Facts, f => f.Kind == "monitor.alert.acknowledged");
        var missing = await AlertEndpoints.Get(caller, "nonsense", here.Alerts, CancellationToken.None);
        Assert.Equal(404, Assert.IsAssignableFrom<IStatusCodeHttpResult>(missing).StatusCode);
    }

    private async Task<Surroundings> FebruaryAsync(string until = "2001-03-15")
    {
        var here = await Surroundings.CreateAsync();
        (here.Segment, here.Truth) = flights.Log(until);
        here.Reference = here.Keep(flights.Reference());
        await here.MonitorAsync(Specs.Default);
        return here;
    }
}
