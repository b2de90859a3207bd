namespace Takt.Serving;

/// <summary>What was counted since a rollout began: all that a decision rests on.</summary>
/// <param name="Challenger">Runs of the challenger, live and in the shadow.</param>
/// <param name="Slow">Live answers slower than <paramref name="SlowFrom"/>, since that line was drawn.</param>
/// <param name="SlowFrom">Microseconds; 0 until the champion has shown its p99.</param>
/// <param name="Shift">Distance of the scores of the same requests.</param>
/// <param name="ShiftEvidence">Log of the evidence that it is above the spec's limit.</param>
/// <param name="QualityMean">Mean of challenger's minus champion's log loss on the same requests.</param>
/// <param name="HarmEvidence">Log of the evidence that the challenger is worse by more than the margin.</param>
/// <param name="SoundEvidence">Log of the evidence that it is not.</param>
internal sealed record RolloutFigures(Tally Challenger, Tally Champion, Tally Slow, Tally ChampionSlow, double SlowFrom,
    long ShiftPairs, double Shift, double ShiftEvidence, long QualityPairs, double QualityMean, double HarmEvidence, double SoundEvidence);

/// <param name="Events">Of <paramref name="Trials"/>.</param>
internal readonly record struct Tally(long Events, long Trials)
{
    public double Rate => Trials == 0 ? 0 : (double)Events / Trials;

    public Tally Add(bool happened) => new(Events + (happened ? 1 : 0), Trials + 1);
}

/// <summary>Where the rollout stands.</summary>
/// <param name="Index">Into the spec's stages.</param>
/// <param name="Requests">That the challenger answered in this stage; in the shadow stage, copies it ran.</param>
internal sealed record StageState(int Index, long Requests, TimeSpan Age);

internal enum CallKind { Wait, Advance, Promote, RollBack }

/// <summary>What the judge says.</summary>
/// <param name="Reason">A sentence with the figures.</param>
internal sealed record RolloutCall(CallKind Kind, string Reason, IReadOnlyDictionary<string, double> Evidence);
