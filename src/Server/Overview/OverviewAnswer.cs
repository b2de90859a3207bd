using Takt.Serving;

namespace Takt.Server.Overview;

/// <summary>How a project's loop stands: what the page's Home shows.</summary>
/// <param name="Position">Of the last fact that went in.</param>
/// <param name="Recent">The last facts, newest first.</param>
internal sealed record OverviewAnswer(string Project, DateTimeOffset At, long Position, string DataPlaneUrl, IReadOnlyList<Stage> Stages, IReadOnlyList<Attention> Attention,
    IReadOnlyList<Deployment> Deployments, IReadOnlyList<FactLine> Recent);

internal enum StageName { Data, Features, Training, Validation, Registry, Deployment, Serving, Monitoring }

internal enum Health { Ok, Running, Warn, Bad, Idle }

/// <summary>One of the eight, with the last thing on record.</summary>
/// <param name="Code">Which sentence it is; whoever shows it has it in his language.</param>
/// <param name="Subject">What it speaks of: <c>flights/3</c>.</param>
/// <param name="Values">That fill the sentence.</param>
internal sealed record Stage(StageName Name, Health Health, string Code, string? Subject, IReadOnlyDictionary<string, object> Values, DateTimeOffset? At, IReadOnlyList<FactLine> Recent)
{
    [System.Text.Json.Serialization.JsonPropertyName("stage")]
    public StageName Name { get; init; } = Name;
}

internal sealed record FactLine(long Position, string Kind, string Subject, DateTimeOffset At);

/// <summary>Something that waits for a person.</summary>
/// <param name="Code">Of an alert: its kind; else that of <paramref name="Kind"/>.</param>
/// <param name="Detail">In sentences, as it was recorded.</param>
/// <param name="Lines">Each a finding.</param>
internal sealed record Attention(AttentionKind Kind, AttentionSeverity Severity, string Id, string Subject, string Code, string Detail, IReadOnlyList<string> Lines, bool Acknowledged,
    DateTimeOffset At, long Position);

internal enum AttentionKind { Alert, DeliveryRefused, VerdictRefused, RolledBack, RunFailed }

internal enum AttentionSeverity { Warn, Bad }
