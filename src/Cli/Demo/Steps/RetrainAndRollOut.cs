using System.Globalization;
using System.Text.Json;

namespace Takt.Cli.Demo.Steps;

/// <summary>5b. The trigger retrains on all rows up to the alarm; the challenger meets the champion on rows neither saw, and goes out in stages - or is refused.</summary>
internal sealed class RetrainAndRollOut : DemoStep
{
    private static readonly DateTime march = new(2001, 3, 1);

    public override string Title => "5 It retrains by itself";

    public override async Task RunAsync(DemoWorld world, CancellationToken cancellationToken)
    {
        var started = await world.UntilAsync<JsonElement>("a pipeline run started by the trigger", TimeSpan.FromSeconds(30), async () =>
            (await world.GetAsync("pipeline-runs", cancellationToken)).Items().Where(r => r.Text("cause").Contains("trigger", StringComparison.Ordinal)).Select(r => (JsonElement?)r).FirstOrDefault(), cancellationToken);
        world.Table.Add(Title, $"{started.Text("cause")}: trains on all rows before {started.GetProperty("params").Text("cutoff")}", $"pipeline run {started.Text("id")}");

        var path = Path.Combine(world.Folder, "march.parquet");
        world.Book.Write(march, march.AddDays(10), path);
        var delivery = await world.DeliverAsync(path, "2001-03-01, ten days", cancellationToken);
        Hold(delivery.Text("status") == "accepted", "the first ten days of March were refused");
        world.Clock = march.AddDays(10);

        var run = await world.RunEndAsync(started.Text("id"), cancellationToken);
        Hold(run.Text("state") is "succeeded" or "refused", $"the pipeline run {run.Text("state")}: {run.Text("reason")}");
        var verdictId = run.Step("gate").GetProperty("result").Text("verdict");
        var verdict = await world.GetAsync($"verdicts/{verdictId}", cancellationToken);
        foreach (var finding in verdict.GetProperty("findings").EnumerateArray().Where(f => f.Text("what").Contains("on the same rows", StringComparison.Ordinal)))
            world.Table.Add(Title, $"{finding.Text("what")}: {finding.Text("observed")}", $"verdict {verdictId}");
        if (!verdict.GetProperty("passed").GetBoolean())
        {
            world.Table.Add(Title, "the challenger did not win: the gate refused it, the champion goes on", $"verdict {verdictId}");
            return;
        }

        await RollOutAsync(world, cancellationToken);
    }

    private async Task RollOutAsync(DemoWorld world, CancellationToken cancellationToken)
    {
        var rollout = await world.RolloutEndAsync(cancellationToken);
        foreach (var decision in rollout.GetProperty("decisions").EnumerateArray())
            world.Table.Add(Title, $"{decision.Text("verb")} to {decision.Whole("percent")} %: {decision.Text("reason")}", $"rollout {rollout.Text("id")}");
        Hold(rollout.Text("status") == "promoted", $"the rollout was {rollout.Text("status")}");
        await world.UntilAsync<JsonElement>("the alias champion on version 2", TimeSpan.FromSeconds(10), async () =>
            await world.GetAsync($"models/{DemoWorld.Model}/aliases/champion", cancellationToken) is var champion && champion.Whole("number") == 2 ? champion : null, cancellationToken);
        Hold(world.Failed == 0, $"{world.Failed} requests failed: {world.FirstFailure}");
        world.Table.Add(Title, string.Create(CultureInfo.InvariantCulture, $"the alias champion moved; {world.Requests:N0} live requests so far, 0 failed"), $"{DemoWorld.Model}@champion = {DemoWorld.Model}/2");
    }
}
