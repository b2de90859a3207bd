namespace Takt.Serving;

/// <summary>
/// Gathers what the judge decides on from rows of the inference log and truths, in the order they come. The same rows and truths in the same order
/// give the same figures: a restarted control plane reads its copy of the log again. Not thread-safe.
/// </summary>
internal sealed class RolloutEvidence
{
    /// <summary>Losses are cut here (probability 0.018), so that one wild answer decides nothing.</summary>
    public const double LargestLoss = 4;

    /// <summary>And differences of two losses here: a narrower range decides sooner.</summary>
    public const double LargestDifference = 2;

    /// <summary>A p99 below this is nobody's trouble, whatever its factor: microseconds.</summary>
    public const double LeastSlow = 5000;

    private const int MostWaiting = 2_000_000;

    private readonly RolloutSpec spec;
    private readonly int champion;
    private readonly int challenger;
    private readonly Dictionary<(Guid, int), Pair> pairs = [];
    private readonly ScoreShiftTest shift;
    private readonly BettingTest harm;
    private readonly BettingTest sound;
    private List<uint>? calibration = [];
    private Tally challengerRuns;
    private Tally championRuns;
    private Tally slow;
    private Tally championSlow;
    private double slowFrom;
    private double qualitySum;

    public RolloutEvidence(RolloutSpec spec, int champion, int challenger)
    {
        this.spec = spec;
        this.champion = champion;
        this.challenger = challenger;
        shift = new ScoreShiftTest(spec.ScoreShift);
        harm = new BettingTest(LargestDifference, spec.QualityMargin, above: true);
        sound = new BettingTest(LargestDifference, spec.QualityMargin, above: false);
    }

    /// <summary>Live answers of the challenger.</summary>
    public long Answered { get; private set; }

    /// <summary>When the last of them went out, microseconds; 0: none.</summary>
    public long LastAnswer { get; private set; }

    /// <summary>Of the stage: see <see cref="BeginStage"/>.</summary>
    public long StageRequests { get; private set; }

    private long stageFrom;
    private bool shadowStage;

    public RolloutFigures Figures => new(challengerRuns, championRuns, slow, championSlow, slowFrom, shift.Pairs, shift.Distance, shift.LogEvidence,
        harm.Count, harm.Count == 0 ? 0 : qualitySum / harm.Count, harm.LogEvidence, sound.LogEvidence);

    /// <summary>From here on requests count for this stage.</summary>
    public void BeginStage(long from, bool shadow)
    {
        stageFrom = from;
        shadowStage = shadow;
        StageRequests = 0;
    }

    public void Add(in LoggedRow row)
    {
        var ofChallenger = row.Revision == challenger;
        if (!ofChallenger && row.Revision != champion) return;
        if (row.Row == 0) Count(row, ofChallenger);
        if (row.Failed || pairs.Count >= MostWaiting) return;
        ref var pair = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(pairs, (row.Id, row.Row), out var known);
        if (!known) pair = new Pair { Champion = float.NaN, Challenger = float.NaN, Label = double.NaN };
        var complete = !float.IsNaN(pair.Champion) && !float.IsNaN(pair.Challenger);
        if (ofChallenger) pair.Challenger = row.Score;
        else pair.Champion = row.Score;
        if (complete || float.IsNaN(pair.Champion) || float.IsNaN(pair.Challenger)) return;
        shift.Add(pair.Champion, pair.Challenger);
        if (!double.IsNaN(pair.Label)) Judge((row.Id, row.Row), pair);
    }

    public void AddTruth(Guid id, int row, double label)
    {
        if (label is not (0 or 1)) return; // log loss knows no other
        ref var pair = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrNullRef(pairs, (id, row));
        if (System.Runtime.CompilerServices.Unsafe.IsNullRef(ref pair)) return;
        pair.Label = label;
        if (!float.IsNaN(pair.Champion) && !float.IsNaN(pair.Challenger)) Judge((id, row), pair);
    }

    private void Judge((Guid, int) key, Pair pair)
    {
        pairs.Remove(key);
        if (pair.Champion is < 0 or > 1 || pair.Challenger is < 0 or > 1) return; // no probabilities
        var difference = Math.Clamp(Loss(pair.Challenger, pair.Label) - Loss(pair.Champion, pair.Label), -LargestDifference, LargestDifference);
        harm.Add(difference);
        sound.Add(difference);
        qualitySum += difference;
    }

    private static double Loss(double probability, double label) => Math.Min(LargestLoss, -Math.Log(label == 1 ? probability : 1 - probability));

    private void Count(in LoggedRow row, bool ofChallenger)
    {
        if (ofChallenger)
        {
            challengerRuns = challengerRuns.Add(row.Failed);
            if (row.Shadow == shadowStage && row.Received >= stageFrom) StageRequests++;
            if (row.Shadow) return;
            Answered++;
            LastAnswer = Math.Max(LastAnswer, row.Received + row.Latency);
            if (slowFrom > 0) slow = slow.Add(row.Latency > slowFrom);
            return;
        }
        championRuns = championRuns.Add(row.Failed);
        if (row.Shadow) return;
        if (slowFrom > 0) championSlow = championSlow.Add(row.Latency > slowFrom);
        else if (calibration is not null)
        {
            calibration.Add(row.Latency);
            if (calibration.Count < Math.Max(100, spec.MinRequests)) return;
            calibration.Sort();
            slowFrom = Math.Max(LeastSlow, calibration[(int)(calibration.Count * 0.99)] * spec.LatencyMargin);
            calibration = null;
        }
    }

    private struct Pair
    {
        public float Champion;
        public float Challenger;
        public double Label;
    }
}

/// <summary>One row of an answer in the log, as its live readers see it.</summary>
/// <param name="Row">Of the request, from 0.</param>
/// <param name="Received">Microseconds since 1970, as is <paramref name="EventTime"/>.</param>
/// <param name="Latency">Microseconds.</param>
internal readonly record struct LoggedRow(Guid Id, int Row, int Revision, bool Shadow, int Status, long Received, long EventTime, uint Latency, float Score)
{
    public bool Failed => Status >= 500;
}
