using System.Globalization;
using System.Text.Json;

namespace Takt.Cli.Demo.Steps;

/// <summary>6. A candidate with shuffled labels is refused; forced past the gate, its canary is rolled back by itself.</summary>
internal sealed class PoisonAndRollBack : DemoStep
{
    public override string Title => "6 A poisoned candidate";

    public override async Task RunAsync(DemoWorld world, CancellationToken cancellationToken)
    {
        var started = await world.PostAsync($"pipelines/{DemoWorld.Pipeline}/runs",
            new { @params = new Dictionary<string, string> { ["shuffle_labels"] = "true", ["cutoff"] = "2001-03-01" } }, cancellationToken);
        var run = await world.RunEndAsync(started.Text("id"), cancellationToken);
        Hold(run.Text("state") == "refused", $"the poisoned run {run.Text("state")}: {run.Text("reason")}");
        var verdictId = run.Step("gate").GetProperty("result").Text("verdict");
        var verdict = await world.GetAsync($"verdicts/{verdictId}", cancellationToken);
        foreach (var finding in verdict.GetProperty("findings").EnumerateArray().Where(f => !f.GetProperty("passed").GetBoolean()))
            world.Table.Add(Title, $"refused: {finding.Text("what")}, observed {finding.Text("observed")}", $"verdict {verdictId}");

        var before = await world.GetAsync($"deployments/{DemoWorld.Deployment}", cancellationToken);
        await world.PostAsync($"verdicts/{verdictId}/override", new { reason = "the demo forces it, to show the rollback" }, cancellationToken);
        world.Table.Add(Title, "forced past the gate, on record", $"fact {(await world.FactAsync("gate.overridden", cancellationToken)).Whole("position")}");
        var failedBefore = world.Failed;
        // The run that the gate ended goes on by itself once the override is on record.
        await world.UntilAsync<JsonElement>("the deployment of the forced candidate", TimeSpan.FromSeconds(30), async () =>
            await world.GetAsync($"pipeline-runs/{run.Text("id")}", cancellationToken) is var now && now.Text("state") == "succeeded" ? now : null, cancellationToken);

        var rollout = await world.RolloutEndAsync(cancellationToken);
        Hold(rollout.Text("status") == "rolled-back", $"the poisoned canary was {rollout.Text("status")}");
        var decision = await BooksClosedAsync(world, cancellationToken);
        var evidence = decision.GetProperty("evidenceAt").GetDateTimeOffset();
        var (answered, last) = (decision.GetProperty("evidence").Number("answeredInAll"), decision.GetProperty("lastAnswerAt").GetDateTimeOffset());
        var milliseconds = Math.Max(0, (last - evidence).TotalMilliseconds);
        world.Table.Figures["rollback_ms_after_evidence"] = milliseconds;
        world.Table.Figures["rollback_bad_answers"] = answered;
        world.Table.Add(Title, decision.Text("reason"), $"rollout {rollout.Text("id")}");
        world.Table.Add(Title, string.Create(CultureInfo.InvariantCulture,
            $"rolled back by itself after {answered:N0} of its answers; {milliseconds:0} ms from the decisive evidence to the last of them"), $"rollout {rollout.Text("id")}");
        Hold(world.Failed == failedBefore && world.Failed == 0, $"{world.Failed} requests failed: {world.FirstFailure}");
        var after = await world.GetAsync($"deployments/{DemoWorld.Deployment}", cancellationToken);
        Hold(after.GetProperty("champion").Text("modelVersion") == before.GetProperty("champion").Text("modelVersion"), "the champion is not what it was");
        world.Table.Add(Title, $"{world.Requests:N0} live requests in all, none failed during any swap; {after.GetProperty("champion").Text("modelVersion")} answers", $"revision {DemoWorld.Deployment}/{after.GetProperty("champion").Whole("number")}");
    }

    /// <summary>The last decision, once everything that was answered before the rollback was in force has come in.</summary>
    private static Task<JsonElement> BooksClosedAsync(DemoWorld world, CancellationToken cancellationToken) => world.UntilAsync<JsonElement>("the count of the canary's answers", TimeSpan.FromSeconds(10), async () =>
    {
        var newest = (await world.GetAsync($"deployments/{DemoWorld.Deployment}/history?limit=1", cancellationToken)).Items().First();
        var decision = newest.GetProperty("decisions").EnumerateArray().Last();
        return decision.GetProperty("evidence").TryGetProperty("answeredInAll", out _) && decision.Text("lastAnswerAt").Length > 0 ? decision : null;
    }, cancellationToken);
}
