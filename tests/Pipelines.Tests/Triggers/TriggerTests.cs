using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Takt.Journal;
using Takt.Kernel;
using Takt.Pipelines.Runs;
using Takt.Pipelines.Specs;
using Takt.Pipelines.Triggers;
using Takt.Records;
using Takt.TestHost;
using Takt.TestKit;

namespace Takt.Pipelines.Tests.Triggers;

public sealed class TriggerTests
{
    private const string Project = """
        project: default
        datasets:
          fields: {owner: farm, purpose: tests, time: seen}
        pipelines:
          retrain:
            params: {cutoff: , word: }
            steps:
              go: {run: "echo $TAKT_PARAM_CUTOFF > out/x", outputs: [x]}
          slow:
            steps:
              go: {run: "sleep 60; touch out/x", outputs: [x]}
        triggers:
          alarm: {when: performance.degraded, monitor: late, run: retrain, with: {cutoff: window_to, word: "literal"}}
          data: {when: dataset.version.created, dataset: fields, run: slow}
          night: {when: schedule, cron: "0 0 3 * * ?", run: retrain, with: {word: "night"}}
        """;

    [Fact]
    public async Task A_fact_starts_the_run_once_with_the_params_it_brings()
    {
        await using var loop = await Loop.StartAsync(Project);
        await TellAsync(loop, """{"monitor":"other","windowTo":"2001-02-26T00:00:00+00:00"}""");
        var fact = await TellAsync(loop, """{"monitor":"late","windowTo":"2001-02-26T00:00:00+00:00","findings":[]}""");
        var run = await FirstRunAsync(loop, "retrain");
        Assert.Equal("2001-02-26T00:00:00+00:00", run["params"]!["cutoff"]!.GetValue<string>());
        Assert.Equal("literal", run["params"]!["word"]!.GetValue<string>());
        Assert.StartsWith("trigger alarm (performance.degraded, fact ", run["cause"]!.GetValue<string>(), StringComparison.Ordinal);

        // Handed over again, as after a crash.
        await loop.Server.Services.GetServices<IFactSubscriber>().OfType<FactTriggers>().Single().HandleAsync(fact, default);
        Assert.Single((await loop.GetAsync("pipeline-runs?pipeline=retrain"))["items"]!.AsArray());
        var firing = Assert.Single((await loop.GetAsync("triggers"))[0]!["firings"]!.AsArray());
        Assert.Equal($"fact:{fact.Position}", firing!["cause"]!.GetValue<string>());
    }

    [Fact]
    public async Task While_a_run_is_not_over_another_one_is_skipped_on_record_and_a_fact_that_brings_too_little_is_refused()
    {
        await using var loop = await Loop.StartAsync(Project);
        await Fields.DeliverAsync(loop.Server, 0, 1);
        var run = await FirstRunAsync(loop, "slow");
        await Fields.DeliverAsync(loop.Server, 1, 1);
        var firings = await FiringsAsync(loop, "data", 2);
        Assert.Contains(firings, f => f!["outcome"]!.GetValue<string>() == "skipped" && f["reason"]!.GetValue<string>() == $"Run {run["id"]} of slow is not over.");
        await loop.PostAsync($"pipeline-runs/{run["id"]}/cancel", new { });
        await TellAsync(loop, """{"monitor":"late"}""");
        var refused = Assert.Single(await FiringsAsync(loop, "alarm", 1));
        Assert.Equal("The fact brings no 'windowTo' for param 'cutoff'.", refused!["reason"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_schedule_fires_once_at_its_time_also_when_that_passed_unseen()
    {
        await using var loop = await Loop.StartAsync(Project);
        var clock = new ManualTime(new DateTimeOffset(2040, 1, 1, 0, 0, 0, TimeSpan.Zero));
        using var schedule = new ScheduleLoop(loop.Server.Get<SpecStore>(), loop.Server.Get<StartRun>(), loop.Server.Get<FiringStore>(), clock, NullLogger<ScheduleLoop>.Instance);
        await schedule.LookAsync(default);
        clock.Advance(TimeSpan.FromHours(2.9));
        await schedule.LookAsync(default);
        Assert.Empty((await loop.GetAsync("pipeline-runs"))["items"]!.AsArray());
        clock.Advance(TimeSpan.FromDays(3));
        await schedule.LookAsync(default);
        await schedule.LookAsync(default);
        var run = Assert.Single((await loop.GetAsync("pipeline-runs"))["items"]!.AsArray());
        Assert.Equal("trigger night (schedule, 2040-01-03T03:00:00Z)", run!["cause"]!.GetValue<string>());
    }

    [Fact]
    public void Mistakes_of_triggers_are_told()
    {
        var errors = new SpecErrors();
        var node = (SpecMap)Specs.Flow.Read("""
            {a: {when: performance.degradet, run: p},
            b: {when: schedule, run: p},
            c: {when: schedule, cron: "often", run: p},
            d: {when: drift.detected, run: p, with: {cutoff: windowto, other: "x", number: 5}}}
            """);
        new TriggerPart(null!).Read(node, errors, _ => null);
        Assert.Equal([1, 2, 3, 4], errors.All.Select(e => e.Line));
        Assert.Contains("It brings: window_from, window_to", errors.All[3].Mend, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("window_to", "windowTo")]
    [InlineData("alert.windowTo", "windowTo")]
    [InlineData("window-to", "windowTo")]
    public void A_field_may_be_written_in_several_ways(string written, string field) => Assert.Equal(field, TriggerFields.Plain(written));

    private static async Task<SequencedFact> TellAsync(Loop loop, string payload)
    {
        var journal = loop.Server.Get<IJournal>();
        var id = await loop.Server.Database.InTransactionAsync((transaction, token) =>
            journal.AppendAsync(transaction, new Fact(ProjectId.Default, ActorId.System, "performance.degraded", 1, Subject.Alert("x"), payload, []), token), default);
        var receipt = await journal.SequencedAsync(id, default);
        return Assert.Single(await journal.ReadAsync(ProjectId.Default, receipt.Position - 1, 1, [], default));
    }

    private static async Task<JsonNode> FirstRunAsync(Loop loop, string pipeline)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            var items = (await loop.GetAsync($"pipeline-runs?pipeline={pipeline}"))["items"]!.AsArray();
            if (items.Count > 0) return items[0]!;
            await Task.Delay(20, deadline.Token);
        }
    }

    private static async Task<List<JsonNode?>> FiringsAsync(Loop loop, string trigger, int count)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            var found = (await loop.GetAsync("triggers")).AsArray().First(t => t!["name"]!.GetValue<string>() == trigger)!["firings"]!.AsArray().ToList();
            if (found.Count >= count) return found;
            await Task.Delay(20, deadline.Token);
        }
    }
}
