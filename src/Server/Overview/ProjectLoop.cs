using System.Text.Json;
using Takt.Journal;

namespace Takt.Server.Overview;

/// <summary>What the facts leave of a project's loop.</summary>
/// <param name="Stages">Those that facts alone tell; deployment and serving also have what is observed.</param>
internal sealed record LoopSnapshot(IReadOnlyDictionary<StageName, Stage> Stages, IReadOnlyList<Attention> Attention, IReadOnlyList<FactLine> Recent, IReadOnlyList<string> Monitors);

/// <summary>Folds facts, one after another, into a loop. Each kind is a few lines here; a kind that is not known still shows among the last facts of its stage.</summary>
internal sealed class ProjectLoop
{
    private const int Kept = 12;

    private static readonly (string Prefix, StageName Stage)[] places =
    [
        ("dataset.", StageName.Data), ("feature.", StageName.Features), ("pipeline.", StageName.Training), ("run.", StageName.Training), ("experiment.", StageName.Training),
        ("trigger.", StageName.Training), ("gate.", StageName.Validation), ("model.", StageName.Registry), ("deployment.", StageName.Deployment), ("rollout.", StageName.Deployment),
        ("revision.", StageName.Deployment), ("inference.", StageName.Serving), ("truth.", StageName.Serving), ("data-plane.", StageName.Serving), ("monitor.", StageName.Monitoring),
        ("drift.", StageName.Monitoring), ("performance.", StageName.Monitoring),
    ];

    private readonly Dictionary<StageName, Stage> stages = Enum.GetValues<StageName>().ToDictionary(s => s, s => new Stage(s, Health.Idle, s == StageName.Features ? "no-feature-views" : "nothing-yet", null, Nothing, null, []));
    private readonly Dictionary<StageName, List<FactLine>> recent = Enum.GetValues<StageName>().ToDictionary(s => s, _ => new List<FactLine>());
    private readonly List<FactLine> last = [];
    private readonly Dictionary<string, Attention> attention = new(StringComparer.Ordinal);
    private readonly SortedSet<string> monitors = new(StringComparer.Ordinal);

    private static readonly Dictionary<string, object> Nothing = [];

    public LoopSnapshot Snapshot() => new(
        stages.ToDictionary(s => s.Key, s => s.Value with { Recent = [.. recent[s.Key]] }),
        [.. attention.Values.OrderBy(a => a.Acknowledged).ThenByDescending(a => a.Severity).ThenByDescending(a => a.Position)], [.. last], [.. monitors]);

    public void Apply(SequencedFact sequenced)
    {
        var fact = sequenced.Fact;
        var line = new FactLine(sequenced.Position, fact.Kind, fact.Subject.Name, sequenced.At);
        var place = Array.Find(places, p => fact.Kind.StartsWith(p.Prefix, StringComparison.Ordinal));
        if (place.Prefix is not null) Keep(recent[place.Stage], line);
        // Blobs, sessions and sealed segments are on record, but they are no steps of the loop.
        if ((place.Prefix is not null && place.Stage != StageName.Serving) || fact.Kind is "definition.applied" or "project.created") Keep(last, line);

        using var document = JsonDocument.Parse(fact.Payload);
        var payload = new FactPayload(document.RootElement);
        switch (fact.Kind)
        {
            case "dataset.version.created":
                Set(StageName.Data, Health.Ok, "version-created", sequenced, fact.Subject.Name, ("rows", payload.Number("rows")));
                Forget(AttentionKind.DeliveryRefused, payload.Text("dataset"));
                break;
            case "dataset.delivery.refused":
                var failed = payload.List("failed").Select(c => $"{c.Text("check")}: expected {c.Text("expected")}, found {c.Text("observed")} ({c.Text("offending")} rows)").ToArray();
                Set(StageName.Data, Health.Warn, "delivery-refused", sequenced, payload.Text("dataset"), ("failed", failed.Length));
                Need(AttentionKind.DeliveryRefused, AttentionSeverity.Warn, payload.Text("dataset"), sequenced, payload.Text("dataset"), string.Join("; ", payload.List("failed").Select(c => c.Text("check"))), failed);
                break;
            case "pipeline.run.started" or "pipeline.run.overridden":
                Set(StageName.Training, Health.Running, "run-running", sequenced, fact.Subject.Name, ("pipeline", payload.Text("pipeline")));
                break;
            case "pipeline.run.succeeded" or "pipeline.run.failed" or "pipeline.run.refused" or "pipeline.run.cancelled" or "pipeline.run.waiting":
                PipelineEnded(sequenced, payload);
                break;
            case "gate.judged":
                GateJudged(sequenced, payload);
                break;
            case "gate.overridden":
                Set(StageName.Validation, Health.Warn, "gate-overridden", sequenced, payload.Text("verdict"), ("gate", payload.Text("gate")));
                attention.Remove(Key(AttentionKind.VerdictRefused, payload.Text("gate")));
                break;
            case "model.version.registered":
                Set(StageName.Registry, Health.Ok, "registered", sequenced, fact.Subject.Name);
                break;
            case "model.alias.moved":
                Set(StageName.Registry, Health.Ok, "alias-moved", sequenced, fact.Subject.Name, ("alias", payload.Text("alias")), ("number", payload.Number("to")));
                break;
            case "monitor.defined":
                monitors.Add(fact.Subject.Name);
                break;
            case "monitor.removed":
                monitors.Remove(fact.Subject.Name);
                break;
            case "performance.degraded" or "drift.detected" or "monitor.alert.raised":
                Alerted(sequenced, payload);
                break;
            case "monitor.alert.resolved":
                attention.Remove(Key(AttentionKind.Alert, payload.Text("id")));
                break;
            case "monitor.alert.acknowledged":
                var alert = Key(AttentionKind.Alert, payload.Text("id"));
                if (attention.TryGetValue(alert, out var standing)) attention[alert] = standing with { Acknowledged = true };
                break;
            case var kind when place.Stage == StageName.Deployment && place.Prefix is not null:
                Deployed(kind, sequenced, payload);
                break;
        }
    }

    private void PipelineEnded(SequencedFact fact, FactPayload payload)
    {
        var pipeline = payload.Text("pipeline");
        var (health, code) = fact.Fact.Kind switch
        {
            "pipeline.run.succeeded" => (Health.Ok, "run-succeeded"),
            "pipeline.run.failed" => (Health.Bad, "run-failed"),
            "pipeline.run.refused" => (Health.Warn, "run-refused"),
            "pipeline.run.waiting" => (Health.Running, "run-waiting"),
            _ => (Health.Idle, "run-cancelled"),
        };
        Set(StageName.Training, health, code, fact, fact.Fact.Subject.Name, ("pipeline", pipeline));
        if (health == Health.Bad) Need(AttentionKind.RunFailed, AttentionSeverity.Bad, pipeline, fact, pipeline, payload.Text("reason"), []);
        else if (health == Health.Ok) Forget(AttentionKind.RunFailed, pipeline);
    }

    private void GateJudged(SequencedFact fact, FactPayload payload)
    {
        string gate = payload.Text("gate"), candidate = payload.Text("candidate");
        if (payload.Flag("passed"))
        {
            Set(StageName.Validation, Health.Ok, "gate-passed", fact, candidate, ("gate", gate));
            Forget(AttentionKind.VerdictRefused, gate);
            return;
        }
        var broken = payload.List("findings").Where(f => !f.Flag("passed")).Select(f => $"{f.Text("what")}: {f.Text("observed")}").ToArray();
        Set(StageName.Validation, Health.Bad, "gate-refused", fact, candidate, ("gate", gate));
        Need(AttentionKind.VerdictRefused, AttentionSeverity.Bad, gate, fact, candidate, string.Join("; ", broken), broken);
    }

    private void Alerted(SequencedFact fact, FactPayload payload)
    {
        var lines = payload.List("findings").Select(f => $"{f.Text("what")}: {f.Text("current")}; reference: {f.Text("reference")}; {f.Text("test")}; adjusted p {f.Text("pValue")}").ToArray();
        Need(AttentionKind.Alert, payload.Text("severity") == "severe" ? AttentionSeverity.Bad : AttentionSeverity.Warn, payload.Text("id"), fact,
            payload.Text("deployment") == payload.Text("monitor") ? payload.Text("monitor") : $"{payload.Text("deployment")} · {payload.Text("monitor")}", payload.Text("explanation"), lines, payload.Text("kind"));
    }

    private void Deployed(string kind, SequencedFact fact, FactPayload payload)
    {
        var deployment = payload.Text("deployment") is { Length: > 0 } named ? named : fact.Fact.Subject.Name.Split('/')[0];
        if (kind.Contains("rolled", StringComparison.Ordinal))
            Need(AttentionKind.RolledBack, AttentionSeverity.Warn, deployment, fact, deployment, payload.Text("reason"), []);
        else if (kind.Contains("promoted", StringComparison.Ordinal))
            Forget(AttentionKind.RolledBack, deployment);
    }

    private void Set(StageName stage, Health health, string code, SequencedFact fact, string subject, params ReadOnlySpan<(string Name, object Value)> values)
    {
        var named = new Dictionary<string, object>();
        foreach (var (name, value) in values) named[name] = value;
        stages[stage] = new Stage(stage, health, code, subject, named, fact.At, []);
    }

    private void Need(AttentionKind kind, AttentionSeverity severity, string about, SequencedFact fact, string subject, string detail, IReadOnlyList<string> lines, string? code = null) =>
        attention[Key(kind, about)] = new Attention(kind, severity, about, subject, code ?? "", detail, lines, false, fact.At, fact.Position);

    private void Forget(AttentionKind kind, string about) => attention.Remove(Key(kind, about));

    private static string Key(AttentionKind kind, string about) => $"{kind}:{about}";

    private static void Keep(List<FactLine> lines, FactLine line)
    {
        lines.Insert(0, line);
        if (lines.Count > Kept) lines.RemoveAt(Kept);
    }
}
