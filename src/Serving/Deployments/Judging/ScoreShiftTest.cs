namespace Takt.Serving;

/// <summary>
/// How far two models' scores of the same requests lie apart, in Kolmogorov-Smirnov distance: sixteen lines are drawn through the scores of the first
/// pairs, and from then on it is counted which model's score falls below each line where the other's does not. If the distance is at most the limit,
/// the mean of that count is, at every line and in both directions; each is tested by betting, and the mean of the stakes is evidence against them all.
/// Holds at every moment; costs 32 small updates a pair.
/// </summary>
internal sealed class ScoreShiftTest(double limit)
{
    private const int Calibrating = 40;
    private const int Lines = 16;

    private readonly List<float> first = new(2 * Calibrating);
    private readonly float[] lines = new float[Lines];
    private readonly long[] difference = new long[Lines];
    private readonly BettingTest[] more = [.. Enumerable.Range(0, Lines).Select(_ => new BettingTest(1, limit, above: true))];
    private readonly BettingTest[] fewer = [.. Enumerable.Range(0, Lines).Select(_ => new BettingTest(1, limit, above: true))];
    private bool drawn;

    /// <summary>Counted, without those that the lines were drawn through.</summary>
    public long Pairs { get; private set; }

    /// <summary>The distance as far as the lines show it.</summary>
    public double Distance => Pairs == 0 ? 0 : difference.Max(Math.Abs) / (double)Pairs;

    /// <summary>Log of the evidence that the distance is above the limit; the highest so far.</summary>
    public double LogEvidence { get; private set; }

    public void Add(float championScore, float challengerScore)
    {
        if (float.IsNaN(championScore) || float.IsNaN(challengerScore)) return;
        if (!drawn)
        {
            first.Add(championScore);
            first.Add(challengerScore);
            if (first.Count == 2 * Calibrating) Draw();
            return;
        }
        Pairs++;
        var mean = 0.0;
        for (var i = 0; i < Lines; i++)
        {
            var below = (challengerScore <= lines[i] ? 1 : 0) - (championScore <= lines[i] ? 1 : 0);
            difference[i] += below;
            more[i].Add(below);
            fewer[i].Add(-below);
            mean += Math.Exp(more[i].LogWealth) + Math.Exp(fewer[i].LogWealth);
        }
        LogEvidence = Math.Max(LogEvidence, Math.Log(mean / (2 * Lines)));
    }

    private void Draw()
    {
        first.Sort();
        for (var i = 0; i < Lines; i++) lines[i] = first[(i + 1) * first.Count / (Lines + 1)];
        first.Clear();
        drawn = true;
    }
}
