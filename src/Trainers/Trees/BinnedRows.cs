namespace Takt.Trainers;

/// <summary>Rows as bins, row after row. A bin is numbered over all features, so that a histogram is one array.</summary>
internal sealed class BinnedRows
{
    private BinnedRows(ushort[] bins, float[][] cuts, int[] offsets, int rows)
    {
        Bins = bins;
        Cuts = cuts;
        Offsets = offsets;
        Rows = rows;
    }

    /// <summary>By row, then by feature.</summary>
    public ushort[] Bins { get; }

    public float[][] Cuts { get; }

    /// <summary>Each feature's first bin; one more at the end: the number of all bins.</summary>
    public int[] Offsets { get; }

    public int Rows { get; }

    public int Features => Cuts.Length;

    public static BinnedRows Of(float[][] columns, int rows, int most, int threads)
    {
        if (columns.Length * 256 > ushort.MaxValue) throw new TrainingException($"Boosted trees take at most 255 features, not {columns.Length}: leave some out.");
        var cuts = new float[columns.Length][];
        RowChunks.Each(columns.Length, threads, f => cuts[f] = FeatureBins.Cuts(columns[f], rows, most));
        var offsets = new int[columns.Length + 1];
        for (var f = 0; f < columns.Length; f++) offsets[f + 1] = offsets[f] + cuts[f].Length + 1;
        var bins = new ushort[(long)rows * columns.Length];
        RowChunks.Run(rows, threads, (_, from, to) =>
        {
            for (var f = 0; f < columns.Length; f++)
            {
                var (column, edges, offset) = (columns[f], cuts[f], offsets[f]);
                var before = float.NaN; // runs of equal values are common: rows lie in the order of their time
                ushort bin = 0;
                for (int i = from, at = from * columns.Length + f; i < to; i++, at += columns.Length)
                {
                    if (column[i] != before)
                    {
                        before = column[i];
                        bin = (ushort)(offset + FeatureBins.Of(edges, before));
                    }
                    bins[at] = bin;
                }
            }
        });
        return new BinnedRows(bins, cuts, offsets, rows);
    }
}
