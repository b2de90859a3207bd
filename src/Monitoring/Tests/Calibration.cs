namespace Takt.Monitoring;

/// <summary>Whether scores mean what they say, row by row, if rows were independent: the model's own variance is the yardstick.</summary>
internal static class Calibration
{
    /// <summary>The observed share against the mean score. Two-sided p by the normal law, variance sum p (1 - p).</summary>
    public static (double Z, double PValue) Share(double labels, double scores, double variance)
    {
        if (variance <= 0) return (0, 1);
        var z = (labels - scores) / Math.Sqrt(variance);
        return (z, 2 * SpecialFunctions.NormalTail(Math.Abs(z)));
    }

    /// <summary>Spiegelhalter's test: sum (y - p)(1 - 2p) over the root of sum (1 - 2p)^2 p (1 - p). It sees scores that are too bold or too shy where the means agree.</summary>
    /// <param name="excess">The sum in the numerator.</param>
    /// <param name="variance">The sum under the root.</param>
    public static (double Z, double PValue) Spiegelhalter(double excess, double variance)
    {
        if (variance <= 0) return (0, 1);
        var z = excess / Math.Sqrt(variance);
        return (z, 2 * SpecialFunctions.NormalTail(Math.Abs(z)));
    }
}
