namespace Takt.Monitoring;

/// <summary>A category the reference never showed.</summary>
internal static class NewCategory
{
    /// <summary>The chance that all <paramref name="seen"/> rows of it fell among the window's, had they been dealt blindly over reference and window (hypergeometric).</summary>
    public static double PValue(long reference, long current, long seen)
    {
        if (seen <= 0) return 1;
        double log = 0;
        for (var i = 0; i < seen; i++)
        {
            log += Math.Log(current - i) - Math.Log(reference + current - i);
            if (log < -700) return 0;
        }
        return Math.Exp(log);
    }
}
