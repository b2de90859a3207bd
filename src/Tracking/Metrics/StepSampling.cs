namespace Takt.Tracking;

/// <summary>Thins histories for charts as MLflow does: steps at even distances over all runs' steps, and each run's first and last.</summary>
internal static class StepSampling
{
    /// <summary>The steps to show, between the bounds (inclusive; without them from 0 to the last).</summary>
    public static HashSet<long> Choose(IEnumerable<List<Point>> runs, int most, long? first, long? last)
    {
        var ends = new List<long>();
        var all = new HashSet<long>();
        foreach (var points in runs.Where(p => p.Count > 0))
        {
            long least = long.MaxValue, highest = long.MinValue;
            foreach (var point in points)
            {
                all.Add(point.Step);
                least = Math.Min(least, point.Step);
                highest = Math.Max(highest, point.Step);
            }
            ends.Add(least);
            ends.Add(highest);
        }
        var steps = all.ToArray();
        Array.Sort(steps);
        var from = first ?? 0;
        var to = last ?? (steps.Length > 0 ? steps[^1] : 0);
        var start = LowerBound(steps, from);
        var end = to == long.MaxValue ? steps.Length : LowerBound(steps, to + 1);
        var count = Math.Max(0, end - start);
        var chosen = new HashSet<long>(ends.Where(s => s >= from && s <= to));
        if (count <= most) chosen.UnionWith(steps.AsSpan(start, count).ToArray());
        else
        {
            var interval = (double)count / most;
            for (var i = 0; i < most; i++) chosen.Add(steps[start + (int)(i * interval)]);
            chosen.Add(steps[end - 1]);
        }
        return chosen;
    }

    /// <summary>The points at the chosen steps, by step, then time, then value.</summary>
    public static IEnumerable<Point> Pick(List<Point> points, HashSet<long> chosen) =>
        points.Where(p => chosen.Contains(p.Step)).OrderBy(p => p.Step).ThenBy(p => p.Time).ThenBy(p => p.Value);

    private static int LowerBound(long[] sorted, long value)
    {
        var at = Array.BinarySearch(sorted, value);
        return at >= 0 ? at : ~at;
    }
}
