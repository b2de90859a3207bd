using Takt.Kernel;

namespace Takt.Monitoring;

/// <summary>An alert's id.</summary>
public readonly record struct AlertId(Guid Value) : IId<AlertId>
{
    public static AlertId Of(Guid value) => new(value);

    public static bool TryParse(string? s, IFormatProvider? provider, out AlertId result) => Id.TryParse(s, out result);

    public override string ToString() => Id.Text(this);
}

/// <summary>A finding that crossed its line, and all that explains it. The payload of the facts <c>monitor.alert.raised</c>, kind <c>drift.detected</c> or <c>performance.degraded</c>.</summary>
/// <param name="Monitor">Of takt.yaml.</param>
/// <param name="Kind">What moved.</param>
/// <param name="WindowFrom">Event time, inclusive.</param>
/// <param name="WindowTo">Event time, exclusive: a retraining takes rows before it.</param>
/// <param name="Explanation">In sentences: what moved, by how much, against what, by which test.</param>
public sealed record Alert(AlertId Id, string Monitor, string Deployment, AlertKind Kind, AlertSeverity Severity, DateTimeOffset WindowFrom, DateTimeOffset WindowTo,
    string ModelVersion, string Explanation, IReadOnlyList<Finding> Findings, DateTimeOffset At);

public enum AlertKind { DataDrift, PredictionDrift, Calibration, Performance }

public enum AlertSeverity { Warning, Severe }

/// <summary>One statistical test and what it found.</summary>
/// <param name="What">A feature, <c>score</c>, <c>calibration</c>, <c>log_loss</c>.</param>
/// <param name="Test">Its name: <c>Kolmogorov-Smirnov, two samples</c>.</param>
/// <param name="Statistic">The test's.</param>
/// <param name="PValue">Adjusted over the family (Benjamini-Hochberg).</param>
/// <param name="Effect">How large, in the effect's own unit, e.g. the KS distance or the added log loss.</param>
/// <param name="Threshold">The effect from which it matters.</param>
/// <param name="Reference">The value on the reference, in words.</param>
/// <param name="Current">The value in the window, in words.</param>
public sealed record Finding(string What, string Test, double Statistic, double PValue, double Effect, double Threshold, bool Flagged, string Reference, string Current, long ReferenceRows, long CurrentRows);
