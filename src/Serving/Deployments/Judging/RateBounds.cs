namespace Takt.Serving;

/// <summary>
/// Bounds on the rate of an event that hold at every moment at once, however often one looks (a confidence sequence): the beta-binomial mixture
/// martingale, Robbins 1970. With probability 1 - alpha the rate never leaves them.
/// </summary>
internal static class RateBounds
{
    // The mixture's prior: rates of a few per cent. It decides where the bounds are tight, never whether they hold.
    private const double A = 0.5;
    private const double B = 25;

    public static double Lower(long events, long trials, double alpha)
    {
        if (events == 0) return 0;
        var mixture = LogBeta(A + events, B + trials - events) - LogBeta(A, B);
        var limit = Math.Log(1 / alpha);
        var (low, high) = (0.0, (double)events / trials);
        if (Evidence(mixture, events, trials, high) >= limit) return high; // cannot be: the martingale is below 1 there
        for (var i = 0; i < 60; i++)
        {
            var middle = (low + high) / 2;
            if (Evidence(mixture, events, trials, middle) < limit) high = middle;
            else low = middle;
        }
        return low;
    }

    public static double Upper(long events, long trials, double alpha)
    {
        if (trials == 0 || events == trials) return 1;
        var mixture = LogBeta(A + events, B + trials - events) - LogBeta(A, B);
        var limit = Math.Log(1 / alpha);
        var (low, high) = ((double)events / trials, 1.0);
        for (var i = 0; i < 60; i++)
        {
            var middle = (low + high) / 2;
            if (Evidence(mixture, events, trials, middle) < limit) low = middle;
            else high = middle;
        }
        return high;
    }

    private static double Evidence(double mixture, long events, long trials, double rate) =>
        mixture - (events == 0 ? 0 : events * Math.Log(rate)) - (trials == events ? 0 : (trials - events) * Math.Log(1 - rate));

    private static double LogBeta(double a, double b) => LogGamma(a) + LogGamma(b) - LogGamma(a + b);

    /// <summary>Stirling's series after raising the argument above 10; about 1e-13.</summary>
    private static double LogGamma(double x)
    {
        var shift = 0.0;
        while (x < 10) shift -= Math.Log(x++);
        var inverse = 1 / (x * x);
        var series = (1.0 / 12 - inverse * (1.0 / 360 - inverse * (1.0 / 1260 - inverse / 1680))) / x;
        return shift + (x - 0.5) * Math.Log(x) - x + 0.5 * Math.Log(2 * Math.PI) + series;
    }
}
