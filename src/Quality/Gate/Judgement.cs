using System.Globalization;

namespace Takt.Quality;

/// <summary>Turns what was measured into findings. Pure: the same evidence gives the same findings.</summary>
internal static class Judgement
{
    public static IReadOnlyList<GateFinding> Of(GateSpec spec, GateEvidence evidence, ProbeReport probe)
    {
        var findings = new List<GateFinding> { Loads(probe) };
        findings.AddRange(spec.Thresholds.Select(t => Threshold(t, evidence.Metrics)));
        if (evidence.Golden is not null) findings.Add(Golden(spec.GoldenTolerance, probe));
        if (spec.LatencyP99 is { } limit) findings.Add(Latency(limit, probe));
        if (spec.AgainstChampion is { } rule && Champion(rule, evidence) is { } compared) findings.Add(compared);
        return findings;
    }

    private static GateFinding Loads(ProbeReport probe) => new("ONNX Runtime loads and runs the model", probe.Refusal is null, probe.Refusal is null ? "it does" : $"ONNX Runtime: {probe.Refusal}");

    private static GateFinding Threshold(MetricThreshold threshold, IReadOnlyDictionary<string, double> metrics)
    {
        var what = (threshold.AtLeast, threshold.AtMost) switch
        {
            ({ } least, { } most) => $"{threshold.Metric} from {Text(least)} to {Text(most)}",
            ({ } least, null) => $"{threshold.Metric} at least {Text(least)}",
            (null, { } most) => $"{threshold.Metric} at most {Text(most)}",
            _ => $"{threshold.Metric} is measured"
        };
        if (!metrics.TryGetValue(threshold.Metric, out var value))
            return new GateFinding(what, false, metrics.Count == 0 ? "not measured" : $"not measured; there are: {string.Join(", ", metrics.Keys.Order(StringComparer.Ordinal))}");
        // Written so that NaN, which compares with nothing, fails.
        var passed = double.IsFinite(value) && !(value < threshold.AtLeast) && !(value > threshold.AtMost);
        return new GateFinding(what, passed, Text(value));
    }

    private static GateFinding Golden(double tolerance, ProbeReport probe)
    {
        var what = $"golden cases within {Text(tolerance)}";
        if (probe.Refusal is not null) return new GateFinding(what, false, "not run: the model was refused");
        if (probe.Misfit is not null) return new GateFinding(what, false, probe.Misfit);
        if (probe.Compared.Count == 0) return new GateFinding(what, false, "there are none");
        var off = probe.Compared.Where(v => v.Difference is not { } d || d > tolerance).ToList();
        if (off is [var first, ..])
            return new GateFinding(what, false, $"{off.Count} of {probe.Compared.Count} values differ; case {first.Case}: {first.Output} is {first.Observed}, expected {first.Expected}");
        return new GateFinding(what, true, $"{probe.Cases} cases, largest difference {Text(probe.Compared.Max(v => v.Difference)!.Value)}");
    }

    private static GateFinding Latency(TimeSpan limit, ProbeReport probe)
    {
        var what = $"p99 of one row at most {Text(limit.TotalMilliseconds)} ms";
        if (probe.Latency is not { } latency) return new GateFinding(what, false, "not measured");
        return new GateFinding(what, latency.P99 <= limit.TotalMicroseconds, $"p99 {Text(latency.P99 / 1000)} ms, p50 {Text(latency.P50 / 1000)} ms over {latency.Runs} runs in process");
    }

    /// <summary>Non-inferiority, one-sided: the upper bound of the mean difference must lie below the margin. Null where there is no champion.</summary>
    private static GateFinding? Champion(ChampionRule rule, GateEvidence evidence)
    {
        if (evidence is { Champion: null, Paired: null }) return null;
        var confidence = Text(rule.Confidence * 100);
        var what = rule.Margin == 0
            ? $"{rule.Metric} below {evidence.Champion ?? "the champion"}'s on the same rows ({confidence} % confidence)"
            : $"{rule.Metric} below {evidence.Champion ?? "the champion"}'s plus {Text(rule.Margin)} on the same rows ({confidence} % confidence)";
        if (evidence.Paired is not { } paired) return new GateFinding(what, false, "the two were not compared");
        if (paired.Metric != rule.Metric) return new GateFinding(what, false, $"compared by {paired.Metric} instead");
        if (paired.Rows < rule.MinRows) return new GateFinding(what, false, $"{Count(paired.Rows)} rows decide nothing; at least {Count(rule.MinRows)} are asked for");
        var bound = paired.MeanDifference + NormalQuantile.Of(rule.Confidence) * paired.StandardError;
        return new GateFinding(what, double.IsFinite(bound) && bound < rule.Margin,
            $"{Text(paired.Candidate)} against {Text(paired.Champion)} on {Count(paired.Rows)} rows; mean difference {Text(paired.MeanDifference)}, at most {Text(bound)}");
    }

    private static string Text(double value) => value.ToString("G5", CultureInfo.InvariantCulture);

    private static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
