namespace Takt.Monitoring;

/// <summary>How bad a flagged kind is: by its largest flagged effect, in multiples of the effect that matters.</summary>
internal static class Severity
{
    /// <summary>Drift: with the default of 0.1, a distance of 0.15.</summary>
    private const double SevereDrift = 1.5;

    private const double SevereHarm = 2;

    public static AlertSeverity Of(KindFindings kind)
    {
        var line = kind.Kind is AlertKind.DataDrift or AlertKind.PredictionDrift ? SevereDrift : SevereHarm;
        return kind.Findings.Any(f => f.Flagged && f.Effect >= line * f.Threshold) ? AlertSeverity.Severe : AlertSeverity.Warning;
    }
}
