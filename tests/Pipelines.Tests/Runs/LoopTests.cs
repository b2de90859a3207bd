using System.Text.Json.Nodes;
using Takt.Journal;
using Takt.Kernel;
using Takt.Pipelines.Runs;
using Takt.Registry;
using Takt.TestHost;

namespace Takt.Pipelines.Tests.Runs;

public sealed class LoopTests
{
    [Fact]
    public async Task A_pipeline_trains_passes_the_gate_registers_and_deploys_and_every_step_is_on_record()
    {
        await using var loop = await Loop.StartAsync(Fields.Definition);
        await Fields.DeliverAsync(loop.Server, 0, 20);
        var run = await loop.RunAsync("train-poor");
        Loop.Succeeded(run);
        Assert.Equal("poor/1", Loop.Step(run, "register")["result"]!["modelVersion"]!.GetValue<string>());
        Assert.Equal(("poor", "poor/1", false), Assert.Single(loop.Deployments.Asked));

        var version = (await loop.Server.Get<IRegistry>().FindAsync(ProjectId.Default, "poor", 1, default))!;
        Assert.Equal("fields", Assert.Single(version.Provenance.Datasets).Name);
        Assert.NotNull(version.Provenance.Reference);
        Assert.Contains("\"inputs\"", version.Provenance.Signature, StringComparison.Ordinal);
        var recipe = JsonNode.Parse(version.Provenance.Recipe)!;
        Assert.Equal("2020-01-20T23:53:00.000001Z", recipe["steps"]![0]!["result"]!["cutoff"]!.GetValue<string>());
        Assert.NotNull(recipe["environment"]!["duckdb"]);
        Assert.NotNull(recipe["host"]!["processor"]);
        Assert.Equal("4294967296", recipe["steps"]![0]!["result"]!["means"]!["memory_bytes"]!.GetValue<string>());

        var tracked = await loop.GetAsync($"runs/{run["trackingRun"]}");
        Assert.Contains("log_loss", tracked.ToJsonString(), StringComparison.Ordinal);
        Assert.Contains("train/model.onnx", tracked.ToJsonString(), StringComparison.Ordinal);
        Assert.Contains("[100 %]", await loop.LogAsync(run["id"]!.GetValue<string>(), "train"), StringComparison.Ordinal);

        var journal = loop.Server.Get<IJournal>();
        var facts = await journal.ReadAsync(ProjectId.Default, -1, 1000, ["pipeline.*"], default);
        Assert.Contains(facts, f => f.Fact.Kind == "pipeline.run.started");
        Assert.Contains(facts.SelectMany(f => f.Fact.Edges), e => e.Relation == "trained-on" && e.From == Subject.DatasetVersion("fields", 1));
    }

    [Fact]
    public async Task A_second_run_takes_its_training_from_the_cache_and_says_so()
    {
        await using var loop = await Loop.StartAsync(Fields.Definition);
        await Fields.DeliverAsync(loop.Server, 0, 20);
        var first = await loop.RunAsync("train-poor");
        Loop.Succeeded(first);
        var waiting = await loop.StartRunAsync("train-poor", ("cutoff", "2020-01-20T23:53:00.000001Z"));
        var second = await loop.UntilAsync(waiting, s => s is "waiting");
        var train = Loop.Step(second, "train");
        Assert.Equal("cached", Loop.State(train));
        Assert.Equal(first["id"]!.GetValue<string>(), train["cachedFrom"]!.GetValue<string>());
        Assert.Contains("No process was started", await loop.LogAsync(second["id"]!.GetValue<string>(), "train"), StringComparison.Ordinal);

        var third = await loop.StartRunAsync("train-poor", ("algorithm", "logistic"));
        await loop.UntilAsync(third, s => s is "waiting");
        Assert.Equal("succeeded", Loop.State(Loop.Step(await loop.GetAsync($"pipeline-runs/{third}"), "train")));
        Assert.Contains("Since its last run: ", await loop.LogAsync(third, "train"), StringComparison.Ordinal);
        await loop.PostAsync($"pipeline-runs/{third}/cancel", new { });
        Assert.Equal("cancelled", Loop.State(await loop.EndAsync(third)));
    }

    [Fact]
    public async Task A_challenger_waits_for_rows_that_neither_saw_and_is_woken_by_the_delivery()
    {
        await using var loop = await Loop.StartAsync(Fields.Definition);
        await Fields.DeliverAsync(loop.Server, 0, 20);
        Loop.Succeeded(await loop.RunAsync("train-poor"));
        await Fields.DeliverAsync(loop.Server, 20, 70); // from day 60 on the world is another one
        var id = await loop.StartRunAsync("train-poor", ("cutoff", "2020-03-31"));
        var waits = await loop.UntilAsync(id, s => s is "waiting");
        Assert.Equal("evaluate: Waits for 1,000 rows of fields from 2020-03-31 00:00 on, which neither model saw; fields/2 has none.", waits["reason"]!.GetValue<string>());
        await Fields.DeliverAsync(loop.Server, 90, 2);
        var few = await loop.UntilAsync(id, s => s is "waiting");
        await Fields.DeliverAsync(loop.Server, 92, 8);
        var run = await loop.EndAsync(id);
        Loop.Succeeded(run);
        var evaluation = Loop.Step(run, "evaluate")["result"]!;
        Assert.Equal(2000, (long)evaluation["rows"]!);
        Assert.Equal("poor/1", evaluation["champion"]!.GetValue<string>());
        Assert.True((double)evaluation["paired"]!["log_loss"]!["mean_difference"]! < 0);
        Assert.Equal("poor/2", Loop.Step(run, "register")["result"]!["modelVersion"]!.GetValue<string>());
    }

    [Fact]
    public async Task Shuffled_labels_are_refused_by_the_gate_and_go_on_only_by_an_override_on_record()
    {
        await using var loop = await Loop.StartAsync(Fields.Definition);
        await Fields.DeliverAsync(loop.Server, 0, 30);
        Loop.Succeeded(await loop.RunAsync("train-poor", ("cutoff", "2020-01-15")));
        var run = await loop.RunAsync("train-poor", ("cutoff", "2020-01-15"), ("shuffle_labels", "true"));
        Assert.Equal("refused", Loop.State(run));
        Assert.Equal("skipped", Loop.State(Loop.Step(run, "register")));
        Assert.Null(await loop.Server.Get<IRegistry>().FindAsync(ProjectId.Default, "poor", 2, default));
        Assert.Contains("FAILED", await loop.LogAsync(run["id"]!.GetValue<string>(), "gate"), StringComparison.Ordinal);

        await loop.PostAsync($"verdicts/{Loop.Step(run, "gate")["result"]!["verdict"]}/override", new { reason = "to see the canary roll back" });
        var over = await loop.UntilAsync(run["id"]!.GetValue<string>(), s => s is "succeeded" or "failed");
        Loop.Succeeded(over);
        Assert.Equal(("poor", "poor/2", true), loop.Deployments.Asked.Last());
        var version = (await loop.Server.Get<IRegistry>().FindAsync(ProjectId.Default, "poor", 2, default))!;
        Assert.Contains("\"shuffle_labels\":\"true\"", version.Provenance.Recipe, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_version_is_made_again_from_its_record_with_the_same_bytes()
    {
        await using var loop = await Loop.StartAsync(Fields.Definition);
        await Fields.DeliverAsync(loop.Server, 0, 20);
        var first = await loop.RunAsync("train-poor");
        Loop.Succeeded(first);
        await Fields.DeliverAsync(loop.Server, 20, 10); // a newer version must not matter
        var started = await loop.PostAsync("models/poor/versions/1/reproduce", new { });
        var run = await loop.EndAsync(started["id"]!.GetValue<string>());
        Loop.Succeeded(run);
        Assert.Equal("succeeded", Loop.State(Loop.Step(run, "train")));
        var result = Loop.Step(run, "compare")["result"]!;
        Assert.True((bool)result["identical"]!, result.ToJsonString());
        Assert.Equal(Loop.Step(first, "train")["outputs"]!["model.onnx"]!["blob"]!.GetValue<string>(), result["model"]!.GetValue<string>());
        Assert.Empty(result["differs"]!.AsArray());
    }

    [Fact]
    public async Task Wrong_params_and_unknown_pipelines_are_refused_in_words()
    {
        await using var loop = await Loop.StartAsync(Fields.Definition);
        var start = loop.Server.Get<IPipelines>();
        var refused = await start.StartAsync(TestServer.Caller, "train-poor", new Dictionary<string, string> { ["cutof"] = "x", ["cutoff"] = "soon" }, "test", default);
        Assert.Equal("pipeline-param-invalid", refused.Problem!.Type);
        Assert.Equal(2, refused.Problem.Findings.Count);
        Assert.Equal("pipeline-not-found", (await start.StartAsync(TestServer.Caller, "none", new Dictionary<string, string>(), "test", default)).Problem!.Type);
        var failed = await loop.RunAsync("train-poor");
        Assert.Equal("failed", Loop.State(failed));
        Assert.Equal("train: Dataset 'fields' has no version yet. Deliver data: takt deliver fields FILE.", failed["reason"]!.GetValue<string>());
    }
}
