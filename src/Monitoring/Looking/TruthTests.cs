namespace Takt.Monitoring;

/// <summary>What the truth says of the scores: calibration and performance.</summary>
internal static class TruthTests
{
    /// <summary>Three views of one thing, so one family: their p-values are adjusted together.</summary>
    public const int FamilySize = 3;

    public static (IReadOnlyList<Finding> Calibration, IReadOnlyList<Finding> Performance) All(Profile reference, Profile current, MonitorSpec spec)
    {
        var calibration = Calibration(reference, current, spec);
        var findings = Family.Judge([.. calibration, .. Performance(reference, current, spec)], spec.Alpha);
        return ([.. findings.Take(calibration.Length)], [.. findings.Skip(calibration.Length)]);
    }

    /// <summary>
    /// Calibration: how far the observed share lies from the mean score, and whether that gap differs from the one the model had when it was validated. A model that was validated two points
    /// too high and is two points too high now has not degraded; its gap is a finding of the gate, not of the monitor.
    /// </summary>
    private static Measure[] Calibration(Profile reference, Profile current, MonitorSpec spec)
    {
        Block a = Sum(reference), b = Sum(current);
        double before = Gap(a), now = Gap(b), change = now - before;
        var blocks = Blocks.Of(Labelled(reference), Labelled(current), FamilySize, spec.Alpha);
        double z, p;
        string test;
        if (blocks.Usable || blocks.Few)
        {
            (z, p) = blocks.Means(Means(reference, Gap), Means(current, Gap), twoSided: true);
            test = "observed share against mean score, Welch" + blocks.MeansSuffix;
        }
        else
        {
            // The window's gap and the reference's, each with the variance that the model itself states.
            var variance = b.Variance / (b.Labelled * (double)b.Labelled) + a.Variance / (a.Labelled * (double)a.Labelled);
            z = variance > 0 ? change / Math.Sqrt(variance) : 0;
            p = 2 * SpecialFunctions.NormalTail(Math.Abs(z));
            test = "observed share against mean score, z-test with the model's own variance";
        }
        var own = Monitoring.Calibration.Share(b.Labels, b.LabelledScores, b.Variance);
        var spiegelhalter = Monitoring.Calibration.Spiegelhalter(b.Excess, b.ExcessVariance);
        string then = Words(a), today = Words(b);
        return
        [
            new Measure("calibration", test, z, p, Math.Abs(change), spec.MaterialCalibration,
                Math.Abs(change) >= spec.MaterialCalibration && Math.Abs(now) >= spec.MaterialCalibration, then, today, a.Labelled, b.Labelled),
            new Measure("calibration, by rows", "z-test with the model's own variance; shown, not decided on", own.Z, own.PValue, Math.Abs(now), spec.MaterialCalibration,
                false, then, today, a.Labelled, b.Labelled, Decides: false),
            new Measure("calibration, by rows", "Spiegelhalter; shown, not decided on", spiegelhalter.Z, spiegelhalter.PValue, Math.Abs(now), spec.MaterialCalibration,
                false, then, today, a.Labelled, b.Labelled, Decides: false),
        ];
    }

    /// <summary>
    /// Performance: the mean log loss against the reference's, and against the loss that the model itself expects of such scores (their entropy). The first also moves when
    /// the cases become harder; the second only when the model is wrong about them.
    /// </summary>
    private static Measure[] Performance(Profile reference, Profile current, MonitorSpec spec)
    {
        var blocks = Blocks.Of(Labelled(reference), Labelled(current), FamilySize, spec.Alpha);
        return
        [
            Loss("log_loss", reference, current, spec, blocks, b => b.Loss / b.Labelled, b => Moments.Of(b.Labelled, b.Loss, b.LossSquares),
                b => $"log loss {Figures.Number(b.Loss / b.Labelled)}"),
            Loss("log_loss over expectation", reference, current, spec, blocks, b => (b.Loss - b.Expected) / b.Labelled,
                b => Moments.Of(b.Labelled, b.Loss, b.LossSquares) with { Mean = (b.Loss - b.Expected) / b.Labelled },
                b => $"log loss {Figures.Number(b.Loss / b.Labelled)} where its scores promised {Figures.Number(b.Expected / b.Labelled)}"),
        ];
    }

    /// <summary>Blocks as they count for truth.</summary>
    public static Profile Labelled(Profile profile) => profile with { Blocks = [.. profile.Blocks.Where(b => b.Labelled > 0)] };

    public static Block Sum(Profile profile) => profile.Blocks.Aggregate((sum, b) => sum.With(b));

    private static Measure Loss(string what, Profile reference, Profile current, MonitorSpec spec, Blocks blocks, Func<Block, double> mean, Func<Block, Moments> moments, Func<Block, string> words)
    {
        Block a = Sum(reference), b = Sum(current);
        var effect = mean(b) - mean(a);
        double statistic, p;
        string test;
        if (blocks.Usable || blocks.Few)
        {
            (statistic, p) = blocks.Means(Means(reference, mean), Means(current, mean), twoSided: false);
            test = "Welch, one-sided" + blocks.MeansSuffix;
        }
        else
        {
            var result = Welch.Test(moments(a), moments(b));
            (statistic, p, test) = (result.Statistic, result.PGreater, "Welch, one-sided");
        }
        return new Measure(what, test, statistic, p, effect, spec.MaterialLoss, effect >= spec.MaterialLoss, words(a), words(b), a.Labelled, b.Labelled);
    }

    private static double[] Means(Profile profile, Func<Block, double> mean) => [.. profile.Blocks.Where(b => b.Labelled > 0).Select(mean)];

    private static double Gap(Block block) => (block.Labels - block.LabelledScores) / block.Labelled;

    private static string Words(Block block) =>
        $"{Figures.Percent(block.Labels / block.Labelled)} came true, {Figures.Percent(block.LabelledScores / block.Labelled)} was promised";
}
