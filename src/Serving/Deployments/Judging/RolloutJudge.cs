using System.Globalization;

namespace Takt.Serving;

/// <summary>
/// Decides from counts alone: no clock, no store. Four tests for harm share the spec's alpha; each holds at every moment, so the judge may be asked
/// after every row. What goes forward must have shown, with the same rigour, that it is not worse than the margin.
/// </summary>
internal static class RolloutJudge
{
    /// <summary>Tests for harm: errors, latency, scores, quality.</summary>
    public const int Tests = 4;

    public static double AlphaOfOne(RolloutSpec spec) => spec.Alpha / Tests;

    public static RolloutCall Judge(RolloutSpec spec, StageState stage, RolloutFigures figures)
    {
        var evidence = new SortedDictionary<string, double>(StringComparer.Ordinal)
        {
            ["challengerRuns"] = figures.Challenger.Trials, ["challengerErrors"] = figures.Challenger.Events,
            ["championRuns"] = figures.Champion.Trials, ["championErrors"] = figures.Champion.Events,
            ["scorePairs"] = figures.ShiftPairs, ["scoreDistance"] = figures.Shift, ["scoreShiftEvidence"] = Math.Exp(Math.Min(700, figures.ShiftEvidence)),
            ["qualityPairs"] = figures.QualityPairs, ["qualityDifference"] = figures.QualityMean,
            ["qualityHarmEvidence"] = Math.Exp(Math.Min(700, figures.HarmEvidence)), ["qualitySoundEvidence"] = Math.Exp(Math.Min(700, figures.SoundEvidence)),
            ["stageRequests"] = stage.Requests,
        };
        if (figures.SlowFrom > 0)
        {
            evidence["slowFromMicroseconds"] = figures.SlowFrom;
            evidence["challengerSlowShare"] = figures.Slow.Rate;
            evidence["championSlowShare"] = figures.ChampionSlow.Rate;
        }
        if (Harm(spec, figures, evidence) is { } harm) return new(CallKind.RollBack, harm, evidence);
        if (Missing(spec, stage, figures) is { } missing)
            return stage.Age < spec.Patience
                ? new(CallKind.Wait, missing, evidence)
                : new(CallKind.RollBack, Text($"nothing was decided in {spec.Patience:c}: {missing}"), evidence);
        var next = spec.Stages[stage.Index + 1];
        var shown = figures.QualityPairs == 0 ? "no test found harm" : Text($"log loss differs by {figures.QualityMean:+0.0000;-0.0000} on {figures.QualityPairs} pairs, within the margin of {spec.QualityMargin:0.####}");
        return next >= 100
            ? new(CallKind.Promote, Text($"{stage.Requests} requests in the last stage; {shown}"), evidence)
            : new(CallKind.Advance, Text($"{stage.Requests} requests in this stage; {shown}"), evidence);
    }

    private static string? Harm(RolloutSpec spec, RolloutFigures figures, SortedDictionary<string, double> evidence)
    {
        var alpha = AlphaOfOne(spec);
        // Each of two rates takes half. A bound lies beyond its rate, so most calls need none.
        if (figures.Challenger.Rate > figures.Champion.Rate + spec.ErrorMargin)
        {
            var errors = RateBounds.Lower(figures.Challenger.Events, figures.Challenger.Trials, alpha / 2);
            var usual = RateBounds.Upper(figures.Champion.Events, figures.Champion.Trials, alpha / 2);
            evidence["challengerErrorsAtLeast"] = errors;
            evidence["championErrorsAtMost"] = usual;
            if (errors > usual + spec.ErrorMargin)
                return Text($"errors: at least {errors:P2} of the challenger's {figures.Challenger.Trials} runs fail, at most {usual:P2} of the champion's {figures.Champion.Trials}; the margin is {spec.ErrorMargin:P2}");
        }
        if (figures.ShiftEvidence >= Math.Log(1 / alpha))
            return Text($"scores: on {figures.ShiftPairs} requests that both answered, the distributions lie {figures.Shift:0.000} apart (Kolmogorov-Smirnov), more than {spec.ScoreShift:0.###} ({Odds(figures.ShiftEvidence)})");
        if (figures.HarmEvidence >= Math.Log(1 / alpha))
            return Text($"quality: the log loss is worse by {figures.QualityMean:0.0000} on {figures.QualityPairs} requests that both answered and whose truth is known, more than the margin of {spec.QualityMargin:0.####} ({Odds(figures.HarmEvidence)})");
        if (figures.SlowFrom <= 0 || figures.Slow.Rate <= 0.01) return null;
        var slow = RateBounds.Lower(figures.Slow.Events, figures.Slow.Trials, alpha / 2);
        var usuallySlow = Math.Max(0.01, RateBounds.Upper(figures.ChampionSlow.Events, figures.ChampionSlow.Trials, alpha / 2));
        return slow > usuallySlow
            ? Text($"latency: at least {slow:P2} of the challenger's {figures.Slow.Trials} live answers take longer than {figures.SlowFrom / 1000:0.00} ms, at most {usuallySlow:P2} of the champion's")
            : null;
    }

    private static string? Missing(RolloutSpec spec, StageState stage, RolloutFigures figures)
    {
        if (stage.Requests < spec.MinRequests) return Text($"{stage.Requests} of {spec.MinRequests} requests so far in this stage");
        if (figures.QualityPairs < spec.MinPairs) return Text($"truth for {figures.QualityPairs} of {spec.MinPairs} pairs so far");
        if (spec.MinPairs > 0 && figures.SoundEvidence < Math.Log(1 / spec.Alpha))
            return Text($"{figures.QualityPairs} pairs do not show yet that the log loss (differs by {figures.QualityMean:+0.0000;-0.0000}) stays within the margin of {spec.QualityMargin:0.####}");
        return null;
    }

    private static string Odds(double logEvidence) => logEvidence > Math.Log(1e6) ? "evidence over 1,000,000 : 1" : Text($"evidence {Math.Exp(logEvidence):N0} : 1");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
