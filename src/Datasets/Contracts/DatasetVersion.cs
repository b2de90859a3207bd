using Takt.Kernel;

namespace Takt.Datasets;

/// <summary>A frozen state of a dataset. Never changes.</summary>
/// <param name="Number">From 1, by dataset.</param>
/// <param name="Digest">SHA-256 of the canonical manifest.</param>
/// <param name="Rows">In all parts.</param>
/// <param name="EventFrom">Earliest value of the time column, UTC; null without one.</param>
/// <param name="EventTo">Latest value of the time column, UTC, inclusive.</param>
/// <param name="Parts">Normalised Parquet files, in order.</param>
public sealed record DatasetVersion(string Name, int Number, Digest Digest, long Rows, IReadOnlyList<ColumnSpec> Schema,
    DateTimeOffset? EventFrom, DateTimeOffset? EventTo, DateTimeOffset CreatedAt, IReadOnlyList<DatasetPart> Parts);

/// <summary>One Parquet file of a version.</summary>
public sealed record DatasetPart(Digest Blob, long Rows, long Bytes);
