namespace Takt.Monitoring;

/// <summary>A test before its family is adjusted.</summary>
/// <param name="Decides">False: shown for the reader, never flagged.</param>
/// <param name="Material">The effect crosses its line.</param>
internal sealed record Measure(string What, string Test, double Statistic, double PValue, double Effect, double Threshold, bool Material,
    string Reference, string Current, long ReferenceRows, long CurrentRows, bool Decides = true);

/// <summary>Adjusts a family of tests and flags: significant after adjustment, and material.</summary>
internal static class Family
{
    public static IReadOnlyList<Finding> Judge(IReadOnlyList<Measure> measures, double alpha)
    {
        var deciding = measures.Where(m => m.Decides).ToArray();
        var adjusted = BenjaminiHochberg.Adjust([.. deciding.Select(m => m.PValue)]);
        return [.. measures.Select(m =>
        {
            var place = Array.IndexOf(deciding, m);
            var p = place < 0 ? m.PValue : adjusted[place];
            return new Finding(m.What, m.Test, m.Statistic, p, m.Effect, m.Threshold, place >= 0 && m.Material && p < alpha, m.Reference, m.Current, m.ReferenceRows, m.CurrentRows);
        })];
    }
}
