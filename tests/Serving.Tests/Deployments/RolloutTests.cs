using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Takt.Kernel;
using Takt.TestHost;

namespace Takt.Serving.Tests.Deployments;

public sealed class RolloutTests
{
    private static readonly RolloutSpec Quick = DeploymentsDefinition.Defaults with { Stages = [0, 30, 60, 100], MinRequests = 60, MinPairs = 100, QualityMargin = 0.05, ScoreShift = 0.3 };

    [Fact]
    public async Task A_first_version_answers_at_once_and_takes_the_alias()
    {
        await using var scene = await ServingScene.StartAsync();
        var deployment = await scene.DeployAsync(await scene.VersionAsync(TinyModels.Scorer()));
        Assert.Equal(1, deployment.Champion!.Number);
        Assert.Equal(1, deployment.Health.DataPlanes);
        Assert.Null(deployment.Rollout);
        Assert.Equal("model/1", (await scene.AskAsync(0)).Version);
        Assert.Equal(["champion -> 1"], scene.Registry.Moves);
        Assert.Equal(["deployment.applied", "revision.created", "rollout.promoted"], await scene.FactsAsync(3));
    }

    [Fact]
    public async Task A_challenger_as_good_goes_out_stage_by_stage_and_takes_the_alias_and_can_be_rolled_back_by_hand()
    {
        await using var scene = await ServingScene.StartAsync(Quick);
        await scene.DeployAsync(await scene.VersionAsync(TinyModels.Scorer()));
        await scene.DeployAsync(await scene.VersionAsync(TinyModels.Scorer(1.02f)));
        var answered = await scene.PlayAsync(4000);
        var rollout = await scene.LastRolloutAsync();
        Assert.True(rollout.Status == RolloutStatus.Promoted, rollout.Decisions[^1].Reason);
        Assert.Equal(["start", "advance", "advance", "promote"], rollout.Decisions.Select(d => d.Verb));
        Assert.Equal([0, 30, 60, 100], rollout.Decisions.Select(d => d.Percent));
        Assert.All(rollout.Decisions, d => Assert.True(d.InForceAt >= d.At));
        Assert.True(rollout.Decisions[1].Evidence["qualityPairs"] >= 100);
        Assert.All(answered.Take(100), v => Assert.Equal("model/1", v)); // the shadow stage answers nothing
        Assert.Equal("model/2", (await scene.AskAsync(0)).Version);
        Assert.Equal(2, scene.Registry.Aliases["champion"]);

        using var response = await scene.Server.Client.PostAsJsonAsync("/api/v1/projects/default/deployments/d/roll-back", new { reason = "I do not like it" });
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("model/1", (await scene.AskAsync(0)).Version); // at once: every data plane has acknowledged
        Assert.Equal(1, scene.Registry.Aliases["champion"]);
        Assert.Equal(HttpStatusCode.Conflict, (await scene.Server.Client.PostAsJsonAsync("/api/v1/projects/default/deployments/d/roll-back", new { reason = "again" })).StatusCode);
        Assert.Equal(["deployment.applied", "revision.created", "rollout.promoted", "revision.created", "rollout.started", "rollout.advanced", "rollout.advanced", "rollout.promoted", "rollout.rolled-back"], await scene.FactsAsync(9));
    }

    [Fact]
    public async Task A_poisoned_canary_is_rolled_back_on_its_scores_and_the_record_says_how_fast()
    {
        await using var scene = await ServingScene.StartAsync(Quick with { Stages = [0, 10, 100] });
        await scene.DeployAsync(await scene.VersionAsync(TinyModels.Scorer()));
        var started = await scene.DeployAsync(await scene.VersionAsync(TinyModels.Scorer(0, -1)), skipShadow: true); // the same score for everybody
        Assert.Equal((10, true), (started.Rollout!.Percent, started.Rollout.Overridden));
        var answered = await scene.PlayAsync(3000, withTruth: false);
        var rollout = await scene.LastRolloutAsync();
        var decision = rollout.Decisions[^1];
        Assert.Equal(RolloutStatus.RolledBack, rollout.Status);
        Assert.StartsWith("scores:", decision.Reason);
        Assert.Equal(answered.Count(v => v == "model/2"), (int)decision.Evidence["answeredInAll"]);
        Assert.InRange(decision.AnsweredByChallenger, 1, answered.Count / 5);
        Assert.True(decision.InForceAt >= decision.EvidenceAt);
        Assert.NotNull(decision.LastAnswerAt);
        TestContext.Current.TestOutputHelper?.WriteLine($"{answered.Count} requests, {decision.Evidence["answeredInAll"]} by the challenger; decided {(decision.At - decision.EvidenceAt).TotalMilliseconds:0.0} ms, in force {(decision.InForceAt - decision.EvidenceAt)!.Value.TotalMilliseconds:0.0} ms, last bad answer {(decision.LastAnswerAt - decision.EvidenceAt)!.Value.TotalMilliseconds:0.0} ms after the evidence");
        for (var i = 0; i < 50; i++) Assert.Equal("model/1", (await scene.AskAsync(0)).Version);
        Assert.Equal(1, scene.Registry.Aliases["champion"]);
    }

    [Fact]
    public async Task A_worse_challenger_is_rolled_back_on_the_truth_of_requests_that_both_answered()
    {
        await using var scene = await ServingScene.StartAsync(Quick with { ScoreShift = 1 });
        await scene.DeployAsync(await scene.VersionAsync(TinyModels.Scorer()));
        await scene.DeployAsync(await scene.VersionAsync(TinyModels.Scorer(-1)));
        await scene.PlayAsync(3000);
        var rollout = await scene.LastRolloutAsync();
        Assert.Equal(RolloutStatus.RolledBack, rollout.Status);
        Assert.StartsWith("quality:", rollout.Decisions[^1].Reason);
        Assert.Equal(0, rollout.Decisions[^1].AnsweredByChallenger); // it never left the shadow
    }

    [Fact]
    public async Task A_challenger_that_fails_is_rolled_back_and_no_caller_sees_it()
    {
        await using var scene = await ServingScene.StartAsync(Quick);
        await scene.DeployAsync(await scene.VersionAsync(TinyModels.Scorer()));
        await scene.DeployAsync(await scene.VersionAsync(TinyModels.Echo()), skipShadow: true); // takes other inputs
        var answered = await scene.PlayAsync(2000, withTruth: false);
        var rollout = await scene.LastRolloutAsync();
        Assert.StartsWith("errors:", rollout.Decisions[^1].Reason);
        Assert.All(answered, v => Assert.Equal("model/1", v));
    }

    [Fact]
    public async Task A_challenger_that_cannot_be_loaded_ends_its_rollout_with_the_reason()
    {
        await using var scene = await ServingScene.StartAsync(Quick);
        await scene.DeployAsync(await scene.VersionAsync(TinyModels.Scorer()));
        await scene.DeployAsync(await scene.VersionAsync("no model"u8.ToArray()));
        var rollout = await scene.LastRolloutAsync();
        Assert.Equal(RolloutStatus.RolledBack, rollout.Status);
        Assert.Contains("cannot be loaded", rollout.Decisions[^1].Reason);
        Assert.Equal("model/1", (await scene.AskAsync(0)).Version);
    }

    [Fact]
    public async Task A_rollout_goes_on_where_it_was_after_a_restart_of_the_control_plane()
    {
        await using var scene = await ServingScene.StartAsync(Quick with { MinRequests = 400, MinPairs = 400, QualityMargin = 0.02 });
        await scene.DeployAsync(await scene.VersionAsync(TinyModels.Scorer()));
        await scene.DeployAsync(await scene.VersionAsync(TinyModels.Scorer(1.02f)));
        await scene.PlayAsync(300);
        var before = await CaughtUpAsync(scene, 300);
        await scene.RestartServerAsync();
        var after = await CaughtUpAsync(scene, 300);
        Assert.Equal(before["qualityPairs"]!.ToString(), after["qualityPairs"]!.ToString());
        Assert.Equal((double)before["qualityDifference"]!, (double)after["qualityDifference"]!, 6);
        Assert.Equal(before["challengerRuns"]!.ToString(), after["challengerRuns"]!.ToString());
        await scene.PlayAsync(5000);
        Assert.Equal(RolloutStatus.Promoted, (await scene.LastRolloutAsync()).Status);
    }

    [Fact]
    public async Task Deploying_the_champion_again_changes_nothing_and_another_challenger_takes_the_place_of_the_first()
    {
        await using var scene = await ServingScene.StartAsync(Quick);
        var first = await scene.VersionAsync(TinyModels.Scorer());
        var generation = (await scene.DeployAsync(first)).Generation;
        Assert.Equal(generation, (await scene.DeployAsync(first)).Generation);
        await scene.DeployAsync(await scene.VersionAsync(TinyModels.Scorer(1.1f)));
        var deployment = await scene.DeployAsync(await scene.VersionAsync(TinyModels.Scorer(1.2f)));
        Assert.Equal(3, deployment.Rollout!.Challenger);
        var history = await scene.Server.Client.GetFromJsonAsync<List<Rollout>>("/api/v1/projects/default/deployments/d/history", TaktJson.Options);
        Assert.Equal([RolloutStatus.Running, RolloutStatus.Superseded, RolloutStatus.Promoted], history!.Select(r => r.Status));
        using var response = await scene.Server.Client.PostAsJsonAsync("/api/v1/projects/default/deployments/d/deploy", new { version = "1", reason = "back" });
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    private static async Task<JsonNode> CaughtUpAsync(ServingScene scene, int pairs)
    {
        var rollout = (await scene.Deployments.FindAsync(ProjectId.Default, "d", default))!.Rollout!.Id;
        for (var i = 0; i < 400; i++)
        {
            var shown = JsonNode.Parse(await scene.Server.Client.GetStringAsync($"/api/v1/projects/default/deployments/d/rollouts/{rollout}"))!;
            if (shown["figures"] is { } figures && (int)figures["qualityPairs"]! == pairs) return figures;
            await Task.Delay(25);
        }
        throw new TimeoutException();
    }
}
