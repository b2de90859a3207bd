namespace Takt.Monitoring;

/// <summary>Joins blocks with too few rows to their neighbour: a day cut off by the split's time would count as a whole day otherwise.</summary>
internal static class BlockMerge
{
    private const int Least = 30;
    private const double OfTypical = 0.25;

    public static Profile Small(Profile profile)
    {
        if (profile.Blocks.Count < 2) return profile;
        var typical = profile.Blocks.Select(b => b.Rows).Order().ElementAt(profile.Blocks.Count / 2);
        var least = Math.Max(Least, typical * OfTypical);
        var groups = new List<List<int>>();
        long rows = 0;
        for (var i = 0; i < profile.Blocks.Count; i++)
        {
            if (groups.Count == 0 || rows >= least)
            {
                groups.Add([]);
                rows = 0;
            }
            groups[^1].Add(i);
            rows += profile.Blocks[i].Rows;
        }
        if (rows < least && groups.Count > 1)
        {
            groups[^2].AddRange(groups[^1]);
            groups.RemoveAt(groups.Count - 1);
        }
        return groups.Count == profile.Blocks.Count ? profile : profile with
        {
            Blocks = groups.ConvertAll(g => g.Skip(1).Aggregate(profile.Blocks[g[0]], (sum, i) => sum.With(profile.Blocks[i]))),
            Score = Join(profile.Score, groups),
            Columns = [.. profile.Columns.Select(c => Join(c, groups))],
        };
    }

    private static ColumnProfile Join(ColumnProfile column, List<List<int>> groups) => column with
    {
        Counts = [.. groups.Select(g =>
        {
            var sum = new long[column.Bins + 1];
            foreach (var block in g)
                for (var i = 0; i < sum.Length; i++) sum[i] += column.Counts[block][i];
            return sum;
        })],
    };
}
