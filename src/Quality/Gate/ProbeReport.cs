namespace Takt.Quality;

/// <summary>What a probe found.</summary>
/// <param name="Refusal">Why the model cannot be used, in ONNX Runtime's words or ours; null: it can.</param>
/// <param name="Cases">Golden cases that were run.</param>
/// <param name="Misfit">The first golden case that the model cannot be asked, and why; null: all could.</param>
/// <param name="Compared">Every expected value with what came.</param>
/// <param name="Latency">Of one row; null where it was not measured.</param>
internal sealed record ProbeReport(string? Refusal, int Cases, string? Misfit, IReadOnlyList<GoldenValue> Compared, ProbeLatency? Latency)
{
    public static ProbeReport Refused(string why) => new(why, 0, null, [], null);
}

/// <summary>One expected value. Texts that differ count as a difference without measure (null); so does what is no number.</summary>
/// <param name="Case">From 1.</param>
internal sealed record GoldenValue(int Case, string Output, string Expected, string Observed, double? Difference);

/// <param name="P50">Microseconds.</param>
/// <param name="P99">Microseconds; the median over several rounds, so that a busy machine's hiccup is not the model's.</param>
internal sealed record ProbeLatency(double P50, double P99, int Runs);
