namespace Takt.Serving;

/// <summary>
/// How far two models' scores of the same requests lie apart: Kolmogorov-Smirnov distance with a band (Dvoretzky-Kiefer-Wolfowitz with Massart's
/// constant). It looks when a tenth more pairs have come, and spends 6 alpha / (pi k)^2 of its alpha on look number k, so that all looks together stay
/// below alpha.
/// </summary>
internal sealed class ScoreShiftTest(double alpha)
{
    private const int FirstLook = 40;
    private const double Step = 1.1;
    private const int MostPairs = 50_000;

    private readonly List<float> champion = [];
    private readonly List<float> challenger = [];
    private int nextLook = FirstLook;
    private int looks;

    public int Pairs => champion.Count;

    /// <summary>The distance at the last look.</summary>
    public double Distance { get; private set; }

    /// <summary>The distance is no smaller than this: the highest that any look showed.</summary>
    public double AtLeast { get; private set; }

    public void Add(float championScore, float challengerScore)
    {
        if (champion.Count >= MostPairs || float.IsNaN(championScore) || float.IsNaN(challengerScore)) return;
        champion.Add(championScore);
        challenger.Add(challengerScore);
        if (champion.Count < nextLook) return;
        nextLook = (int)Math.Ceiling(nextLook * Step);
        Look();
    }

    private void Look()
    {
        looks++;
        var spent = alpha * 6 / (Math.PI * Math.PI * looks * looks) / 2; // half for each of the two samples
        var band = Math.Sqrt(Math.Log(2 / spent) / (2 * champion.Count));
        Distance = Apart([.. champion], [.. challenger]);
        AtLeast = Math.Max(AtLeast, Distance - 2 * band);
    }

    private static double Apart(float[] a, float[] b)
    {
        Array.Sort(a);
        Array.Sort(b);
        var (i, j, most) = (0, 0, 0.0);
        while (i < a.Length && j < b.Length)
        {
            var at = Math.Min(a[i], b[j]);
            while (i < a.Length && a[i] <= at) i++;
            while (j < b.Length && b[j] <= at) j++;
            most = Math.Max(most, Math.Abs((double)i / a.Length - (double)j / b.Length));
        }
        return most;
    }
}
