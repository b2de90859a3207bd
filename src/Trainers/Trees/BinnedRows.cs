namespace Takt.Trainers;

/// <summary>Rows as bins, twice: row after row for histograms, which want all of a row, and feature after feature for parting rows, which wants one.</summary>
internal sealed class BinnedRows
{
    private BinnedRows(ushort[] bins, byte[][] byFeature, float[][] cuts, int[] offsets, int rows)
    {
        Bins = bins;
        ByFeature = byFeature;
        Cuts = cuts;
        Offsets = offsets;
        Rows = rows;
    }

    /// <summary>By row, then by feature. A bin is numbered over all features, so that a histogram is one array.</summary>
    public ushort[] Bins { get; }

    /// <summary>By feature, then by row: bins counted from the feature's first.</summary>
    public byte[][] ByFeature { get; }

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
        var byFeature = columns.Select(_ => new byte[rows]).ToArray();
        RowChunks.Run(rows, threads, (_, from, to) =>
        {
            for (var f = 0; f < columns.Length; f++)
            {
                var (column, edges, offset, own) = (columns[f], cuts[f], offsets[f], byFeature[f]);
                var before = float.NaN; // runs of equal values are common: rows lie in the order of their time
                byte bin = 0;
                for (int i = from, at = from * columns.Length + f; i < to; i++, at += columns.Length)
                {
                    if (column[i] != before)
                    {
                        before = column[i];
                        bin = (byte)FeatureBins.Of(edges, before);
                    }
                    own[i] = bin;
                    bins[at] = (ushort)(offset + bin);
                }
            }
        });
        return new BinnedRows(bins, byFeature, cuts, offsets, rows);
    }
}
