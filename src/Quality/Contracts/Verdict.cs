using Takt.Kernel;

namespace Takt.Quality;

/// <summary>What the gate found, for ever.</summary>
/// <param name="Passed">Every finding passed.</param>
/// <param name="Override">Why somebody let it through all the same; null: nobody did.</param>
public sealed record Verdict(VerdictId Id, string Gate, Digest Model, bool Passed, IReadOnlyList<GateFinding> Findings, VerdictOverride? Override, DateTimeOffset At)
{
    /// <summary>It passed, or somebody answers for it.</summary>
    public bool LetsThrough => Passed || Override is not null;
}

/// <param name="What">In words: <c>log_loss at most 0.55</c>.</param>
public sealed record GateFinding(string What, bool Passed, string Observed);

/// <summary>An explicit decision against the gate, on record.</summary>
public sealed record VerdictOverride(ActorId By, string Reason, DateTimeOffset At);
