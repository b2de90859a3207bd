using Takt.Serving;

namespace Takt.Server.Overview;

/// <summary>Adds to a stage what no fact tells: what is observed now.</summary>
internal static class Observed
{
    public static Stage Of(Stage stage, LoopSnapshot loop, IReadOnlyList<Deployment> deployments) => stage.Name switch
    {
        StageName.Deployment => Deployed(stage, deployments),
        StageName.Serving => Serving(stage, deployments),
        StageName.Monitoring => Watching(stage, loop),
        _ => stage,
    };

    private static Stage Deployed(Stage stage, IReadOnlyList<Deployment> deployments)
    {
        // The one that moves is the one to tell of; else the newest revision.
        if (deployments.FirstOrDefault(d => d.Rollout is { Status: RolloutStatus.Running }) is { Rollout: { } rollout } moving)
            return stage with { Health = Health.Running, Code = "rollout-running", Subject = moving.Name, Values = Values(("challenger", rollout.Challenger), ("percent", rollout.Percent)), At = rollout.StartedAt };
        var standing = deployments.Where(d => d.Champion is not null).OrderByDescending(d => d.Champion!.CreatedAt).FirstOrDefault();
        if (standing is null) return stage;
        var back = IsRollback(stage);
        return stage with
        {
            Health = back ? Health.Warn : Health.Ok,
            Code = back ? "rolled-back" : "revision-answers",
            Subject = standing.Name,
            Values = Values(("number", standing.Champion!.Number)),
            At = stage.Recent.Count > 0 ? stage.Recent[0].At : standing.Champion.CreatedAt,
        };

        static bool IsRollback(Stage stage) => stage.Recent.Count > 0 && stage.Recent[0].Kind.Contains("rolled", StringComparison.Ordinal);
    }

    private static Stage Serving(Stage stage, IReadOnlyList<Deployment> deployments)
    {
        var answering = deployments.Where(d => d.Champion is not null).ToArray();
        if (answering.Length == 0) return stage;
        var busiest = answering.MaxBy(d => d.Health.RequestsPerSecond)!;
        if (answering.Any(d => d.Health.DataPlanes == 0)) return stage with { Health = Health.Bad, Code = "no-data-plane", Subject = answering.First(d => d.Health.DataPlanes == 0).Champion!.ModelVersion };
        return busiest.Health.RequestsPerSecond > 0
            ? stage with { Health = Health.Ok, Code = "answering", Subject = busiest.Champion!.ModelVersion, Values = Values(("rate", answering.Sum(d => d.Health.RequestsPerSecond)), ("p99", busiest.Health.P99 ?? 0)) }
            : stage with { Health = Health.Ok, Code = "quiet", Subject = busiest.Champion!.ModelVersion };
    }

    private static Stage Watching(Stage stage, LoopSnapshot loop)
    {
        var alerts = loop.Attention.Where(a => a.Kind == AttentionKind.Alert).ToArray();
        if (alerts.Length > 0)
            return stage with { Health = alerts.Any(a => a.Severity == AttentionSeverity.Bad) ? Health.Bad : Health.Warn, Code = "alerts-stand", Subject = alerts[0].Subject, Values = Values(("count", alerts.Length)), At = alerts.Max(a => a.At) };
        return loop.Monitors.Count > 0 ? stage with { Health = Health.Ok, Code = "watching", Subject = string.Join(", ", loop.Monitors), At = stage.Recent.Count > 0 ? stage.Recent[0].At : null } : stage;
    }

    private static Dictionary<string, object> Values(params ReadOnlySpan<(string Name, object Value)> values)
    {
        var named = new Dictionary<string, object>();
        foreach (var (name, value) in values) named[name] = value;
        return named;
    }
}
