namespace Takt.Monitoring;

/// <summary>Says an alert in sentences: what moved, by how much, against what, by which test, on how many rows, over which line.</summary>
internal static class Explanation
{
    private const int Told = 5;

    public static string Of(Look look, KindFindings kind)
    {
        var flagged = kind.Findings.Where(f => f.Flagged).OrderByDescending(f => f.Effect / Math.Max(1e-12, f.Threshold)).ToArray();
        var lines = new List<string>
        {
            $"{Opening(kind.Kind, flagged.Length)} in {look.Spec.Deployment} ({look.ModelVersion}) from {Figures.Time(look.From)} to {Figures.Time(look.To)}.",
        };
        foreach (var f in flagged.Take(Told))
        {
            lines.Add($"{Name(f.What)}: {f.Current}; on the reference: {f.Reference}. That is {Effect(f, kind.Kind)}, and {Figures.Number(f.Threshold)} is what matters here. "
                + $"Test: {f.Test}; statistic {Figures.Number(f.Statistic)}, adjusted p {Figures.PValue(f.PValue)} (line {Figures.Number(look.Spec.Alpha)}), {Figures.Count(f.CurrentRows)} rows against {Figures.Count(f.ReferenceRows)}.");
        }
        if (flagged.Length > Told) lines.Add($"{flagged.Length - Told} more are in the findings.");
        foreach (var f in kind.Findings.Where(f => f.What == "calibration, by rows"))
            lines.Add($"Taken row by row: {f.Test.Split(';')[0]}, z = {Figures.Number(f.Statistic)}.");
        var truth = kind.Kind is AlertKind.Calibration or AlertKind.Performance;
        var blocks = truth
            ? Blocks.Of(TruthTests.Labelled(look.Reference), TruthTests.Labelled(look.Current), TruthTests.FamilySize, look.Spec.Alpha)
            : Blocks.Of(look.Reference, look.Current, kind.Kind == AlertKind.PredictionDrift ? 1 : look.Reference.Columns.Count, look.Spec.Alpha);
        lines.Add(blocks.Explained);
        lines.Add($"The reference is the validation sample that {look.ModelVersion} was judged on"
            + (truth ? $"; truth had come for {Figures.Percent(look.Coverage)} of the window's rows." : "."));
        return string.Join(" ", lines);
    }

    private static string Opening(AlertKind kind, int count) => kind switch
    {
        AlertKind.DataDrift => $"{(count == 1 ? "One input has" : $"{count} inputs have")} moved",
        AlertKind.PredictionDrift => "The scores have moved",
        AlertKind.Calibration => "The scores no longer mean what they say",
        _ => "The model predicts worse than it did when it was validated",
    };

    private static string Name(string what) => what.Length == 0 ? what : char.ToUpperInvariant(what[0]) + what[1..].Replace('_', ' ');

    private static string Effect(Finding f, AlertKind kind) => kind switch
    {
        AlertKind.Calibration => $"a change of {Figures.Number(f.Effect)} in the gap between share and score",
        AlertKind.Performance => $"{Figures.Number(f.Effect)} more per row",
        _ when f.Test.StartsWith("Kolmogorov", StringComparison.Ordinal) => $"a distance of {Figures.Number(f.Effect)}",
        _ when f.Test.StartsWith("chi-square, two samples, Cramer", StringComparison.Ordinal) => $"a Cramer's V of {Figures.Number(f.Effect)}",
        _ => $"a share of {Figures.Number(f.Effect)}",
    };
}
