namespace Takt.Serving;

/// <summary>
/// Tests the mean of bounded values, one by one, at every moment (testing by betting: Waudby-Smith and Ramdas 2024). A bettor who wagers on the mean
/// lying beyond the line can multiply his stake by 1/alpha with probability alpha at most, if it does not: so wealth is evidence, whenever one looks.
/// Asks only that each value's expectation, given those before, is on the null's side; no distribution, no independence.
/// </summary>
/// <param name="bound">Values lie in [-bound, bound].</param>
/// <param name="line">The null's edge.</param>
/// <param name="above">True: the null is mean at most <paramref name="line"/>. False: at least.</param>
internal sealed class BettingTest(double bound, double line, bool above)
{
    private const double Daring = 0.75; // share of the largest bet that cannot lose everything
    private readonly double worst = above ? bound + line : bound - line;
    private double sum;
    private double squares = 0.25; // one imagined value, so that the first bets are small
    private double bet;

    public long Count { get; private set; }

    public double LogWealth { get; private set; }

    /// <summary>Highest so far: what was shown once stays shown.</summary>
    public double LogEvidence { get; private set; }

    public void Add(double value)
    {
        var gain = above ? value - line : line - value;
        LogWealth += Math.Log(1 + bet * gain);
        LogEvidence = Math.Max(LogEvidence, LogWealth);
        Count++;
        sum += gain;
        squares += gain * gain;
        // Growth is best at mean / second moment (Kelly, to second order); it uses only what came before the next value.
        bet = Math.Clamp(sum / (Count + 1) / (squares / (Count + 1)), 0, Daring / worst);
    }
}
