using System.Text.Json;
using Takt.Journal;
using Takt.Kernel;
using Takt.Server.Overview;

namespace Takt.Server.Tests.Overview;

public sealed class ProjectLoopTests
{
    private static readonly DateTimeOffset start = new(2026, 1, 5, 12, 0, 0, TimeSpan.Zero);

    private readonly ProjectLoop loop = new();
    private long position;

    [Fact]
    public void Empty_project_has_eight_idle_stages()
    {
        var snapshot = loop.Snapshot();
        Assert.Equal(8, snapshot.Stages.Count);
        Assert.All(snapshot.Stages.Values, s => Assert.Equal(Health.Idle, s.Health));
    }

    [Fact]
    public void Refused_delivery_needs_somebody_until_the_next_one_is_accepted()
    {
        Tell("dataset.delivery.refused", "delivery:d1", new { dataset = "flights", failed = new[] { new { check = "distance between 20 and 5100", expected = "20 to 5100", observed = "up to 7964", offending = 12 } } });
        var need = Assert.Single(loop.Snapshot().Attention);
        Assert.Equal((AttentionKind.DeliveryRefused, "flights", "distance between 20 and 5100"), (need.Kind, need.Subject, need.Detail));
        Assert.Contains("12 rows", Assert.Single(need.Lines), StringComparison.Ordinal);
        Assert.Equal(Health.Warn, loop.Snapshot().Stages[StageName.Data].Health);

        Tell("dataset.version.created", "dataset-version:flights/2", new { dataset = "flights", rows = 1000 });
        Assert.Empty(loop.Snapshot().Attention);
        Assert.Equal((Health.Ok, "flights/2"), (loop.Snapshot().Stages[StageName.Data].Health, loop.Snapshot().Stages[StageName.Data].Subject));
    }

    [Fact]
    public void Refused_model_needs_somebody_until_it_is_let_through_or_another_passes()
    {
        Judge(passed: false);
        Assert.Equal(AttentionKind.VerdictRefused, Assert.Single(loop.Snapshot().Attention).Kind);
        Tell("gate.overridden", "verdict:v1", new { verdict = "v1", gate = "release", reason = "test" });
        Assert.Empty(loop.Snapshot().Attention);
        Judge(passed: false);
        Judge(passed: true);
        Assert.Empty(loop.Snapshot().Attention);
    }

    [Fact]
    public void Alert_stands_until_it_is_resolved_and_acknowledging_it_puts_it_behind_the_others()
    {
        Alert("a1", "severe");
        Alert("a2", "warning");
        Tell("monitor.alert.acknowledged", "alert:a1", new { id = "a1", note = "" });
        Assert.Equal([("a2", false), ("a1", true)], loop.Snapshot().Attention.Select(a => (a.Id, a.Acknowledged)));
        Tell("monitor.alert.resolved", "alert:a2", new { id = "a2" });
        Assert.Equal("a1", Assert.Single(loop.Snapshot().Attention).Id);
    }

    [Fact]
    public void Rollback_is_told_with_its_reason_until_a_rollout_succeeds()
    {
        Tell("rollout.rolled-back", "rollout:r1", new { deployment = "flight-late", reason = "scores have shifted" });
        Assert.Equal("scores have shifted", Assert.Single(loop.Snapshot().Attention).Detail);
        Tell("rollout.promoted", "rollout:r2", new { deployment = "flight-late" });
        Assert.Empty(loop.Snapshot().Attention);
    }

    [Fact]
    public void Failed_pipeline_needs_somebody_until_it_succeeds()
    {
        Tell("pipeline.run.started", "pipeline-run:p1", new { pipeline = "train" });
        Assert.Equal(Health.Running, loop.Snapshot().Stages[StageName.Training].Health);
        Tell("pipeline.run.failed", "pipeline-run:p1", new { pipeline = "train", reason = "train: exit 1" });
        Assert.Equal("train: exit 1", Assert.Single(loop.Snapshot().Attention).Detail);
        Tell("pipeline.run.succeeded", "pipeline-run:p2", new { pipeline = "train" });
        Assert.Empty(loop.Snapshot().Attention);
    }

    [Fact]
    public void Fact_of_an_unknown_shape_does_no_harm()
    {
        Tell("gate.judged", "verdict:v", "just a text");
        Tell("dataset.delivery.refused", "delivery:d", new { failed = 3 });
        Tell("something.new", "thing:x", new { });
        Assert.Equal(8, loop.Snapshot().Stages.Count);
    }

    [Fact]
    public void Last_facts_are_kept_newest_first_and_blobs_left_out()
    {
        for (var i = 0; i < 20; i++) Tell("trigger.skipped", $"trigger:t{i}", new { });
        Tell("artifact.put", "blob:b", new { });
        var recent = loop.Snapshot().Recent;
        Assert.Equal(12, recent.Count);
        Assert.Equal("t19", recent[0].Subject);
        Assert.Equal(12, loop.Snapshot().Stages[StageName.Training].Recent.Count);
    }

    private void Judge(bool passed) => Tell("gate.judged", "verdict:v1", new { verdict = "v1", gate = "release", passed, candidate = "flight-late", findings = new[] { new { what = "log_loss at most 0.55", passed, observed = "0.71" } } });

    private void Alert(string id, string severity) => Tell("performance.degraded", $"alert:{id}", new { id, monitor = "watch", deployment = "flight-late", kind = "performance", severity, explanation = "It is worse.", findings = Array.Empty<object>() });

    private void Tell<T>(string kind, string subject, T payload) => loop.Apply(new SequencedFact(position, default, start.AddSeconds(position++),
        new Fact(ProjectId.Default, ActorId.System, kind, 1, Subject.Parse(subject), JsonSerializer.Serialize(payload, TaktJson.Options), []), default));
}
