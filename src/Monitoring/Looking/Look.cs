namespace Takt.Monitoring;

/// <summary>One look at one window: what was compared and what was found.</summary>
/// <param name="Kinds">Only those looked at: truth may still be awaited.</param>
internal sealed record Look(MonitorSpec Spec, DateTimeOffset From, DateTimeOffset To, int Revision, string ModelVersion, Profile Reference, Profile Current, IReadOnlyList<KindFindings> Kinds)
{
    /// <summary>Share of the window's rows whose truth has come.</summary>
    public double Coverage => Current.Rows == 0 ? 0 : (double)Current.Labelled / Current.Rows;

    public static Look At(MonitorSpec spec, DateTimeOffset from, DateTimeOffset to, int revision, string modelVersion, Profile reference, Profile current, bool truth)
    {
        var kinds = new List<KindFindings>
        {
            Kind(AlertKind.DataDrift, DriftTests.Data(reference, current, spec)),
            Kind(AlertKind.PredictionDrift, DriftTests.Predictions(reference, current, spec)),
        };
        if (truth && reference.Probability && reference.Labelled > 0)
        {
            var (calibration, performance) = TruthTests.All(reference, current, spec);
            kinds.Add(Kind(AlertKind.Calibration, calibration));
            kinds.Add(Kind(AlertKind.Performance, performance));
        }
        return new Look(spec, from, to, revision, modelVersion, reference, current, kinds);
    }

    private static KindFindings Kind(AlertKind kind, IReadOnlyList<Finding> findings) => new(kind, findings.Any(f => f.Flagged), findings);
}
