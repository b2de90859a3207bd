using Takt.Kernel;

namespace Takt.Serving;

/// <summary>A deployment as it stands.</summary>
/// <param name="Generation">Of the plan the data planes follow; grows with each change.</param>
/// <param name="Champion">The revision that answers, or most of it; null before the first.</param>
/// <param name="Rollout">The one under way; null where none is.</param>
public sealed record Deployment(string Name, DeploymentSpec Spec, long Generation, Revision? Champion, Rollout? Rollout, IReadOnlyList<Revision> Revisions, DeploymentHealth Health);

/// <summary>A frozen thing that can answer: a model version under a number of the deployment.</summary>
public sealed record Revision(string Deployment, int Number, string ModelVersion, Digest Model, DateTimeOffset CreatedAt);

/// <summary>A rollout's id.</summary>
public readonly record struct RolloutId(Guid Value) : IId<RolloutId>
{
    public static RolloutId Of(Guid value) => new(value);

    public static bool TryParse(string? s, IFormatProvider? provider, out RolloutId result) => Id.TryParse(s, out result);

    public override string ToString() => Id.Text(this);
}

/// <summary>How a challenger goes out.</summary>
/// <param name="Stage">Index into the spec's stages.</param>
/// <param name="Percent">Of the traffic that the challenger answers now.</param>
/// <param name="Decisions">Each with the figures it was taken on, oldest first.</param>
/// <param name="Overridden">It goes out against the gate, on somebody's word.</param>
public sealed record Rollout(RolloutId Id, string Deployment, int Champion, int Challenger, RolloutStatus Status, int Stage, int Percent, bool Overridden,
    DateTimeOffset StartedAt, DateTimeOffset? EndedAt, IReadOnlyList<RolloutDecision> Decisions);

public enum RolloutStatus { Running, Promoted, RolledBack, Superseded }

/// <summary>One decision of the controller or of a person.</summary>
/// <param name="Verb"><c>start</c>, <c>advance</c>, <c>promote</c>, <c>roll-back</c>, <c>supersede</c>.</param>
/// <param name="Reason">In one sentence, with the figures.</param>
/// <param name="Evidence">Statistics, bounds and counts, by name; after a rollback <c>answeredInAll</c>: the challenger's live answers up to the last one.</param>
/// <param name="AnsweredByChallenger">How many live requests it had answered when this was decided.</param>
/// <param name="EvidenceAt">When the evidence that decided it was at hand.</param>
/// <param name="InForceAt">When every live data plane had acknowledged; null until then.</param>
/// <param name="LastAnswerAt">The challenger's last live answer after a rollback; null: none.</param>
public sealed record RolloutDecision(string Verb, int Percent, string Reason, IReadOnlyDictionary<string, double> Evidence, long AnsweredByChallenger,
    DateTimeOffset At, DateTimeOffset EvidenceAt, DateTimeOffset? InForceAt, DateTimeOffset? LastAnswerAt);

/// <summary>What was observed.</summary>
/// <param name="DataPlanes">Live ones that follow this generation.</param>
/// <param name="RequestsPerSecond">Over the last ten seconds.</param>
/// <param name="P99">Of the last ten seconds, milliseconds.</param>
public sealed record DeploymentHealth(int DataPlanes, long Requests, long Errors, double RequestsPerSecond, double? P50, double? P99)
{
    /// <summary>That arrived and found their request.</summary>
    public long Truths { get; init; }

    /// <summary>That arrived for requests nobody knows (yet).</summary>
    public long TruthsWaiting { get; init; }

    /// <summary>Why the newest revision does not answer; null: nothing is wrong.</summary>
    public string? Trouble { get; init; }
}
