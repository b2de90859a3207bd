namespace Takt.Datasets;

/// <summary>What a version looks like, column by column. Not part of its digest: sums over floating-point numbers depend on the order of addition.</summary>
public sealed record DatasetProfile(long Rows, IReadOnlyList<ColumnProfile> Columns);

/// <summary>One column in figures.</summary>
/// <param name="Count">Rows with a value.</param>
/// <param name="Distinct">Different values.</param>
/// <param name="DistinctIsExact">False: an estimate, off by up to a fifth.</param>
/// <param name="Min">As text; times in ISO 8601, UTC. Null where there is no value.</param>
/// <param name="Mean">Of finite values; null where the column has no numbers.</param>
/// <param name="Std">Of the sample (n - 1).</param>
/// <param name="Quantiles">Of numbers.</param>
/// <param name="Top">The ten most frequent values, for columns with at most 10,000 different ones.</param>
public sealed record ColumnProfile(string Name, string Type, long Count, long Nulls, long Distinct, bool DistinctIsExact, string? Min, string? Max,
    double? Mean, double? Std, IReadOnlyList<ProfileQuantile> Quantiles, bool QuantilesAreExact, IReadOnlyList<TopValue> Top);

/// <param name="P">0 to 1.</param>
public sealed record ProfileQuantile(double P, double Value);

/// <summary>A frequent value.</summary>
public sealed record TopValue(string Value, long Count);
