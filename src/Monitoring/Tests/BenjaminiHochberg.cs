namespace Takt.Monitoring;

/// <summary>Adjusts the p-values of a family of tests so that, of those flagged below alpha, at most the share alpha is expected to be false.</summary>
internal static class BenjaminiHochberg
{
    public static double[] Adjust(IReadOnlyList<double> pValues)
    {
        var order = Enumerable.Range(0, pValues.Count).OrderByDescending(i => pValues[i]).ToArray();
        var adjusted = new double[pValues.Count];
        var least = 1.0;
        for (var k = 0; k < order.Length; k++)
        {
            least = Math.Min(least, pValues[order[k]] * pValues.Count / (pValues.Count - k));
            adjusted[order[k]] = least;
        }
        return adjusted;
    }
}
