using System.Globalization;
using Takt.Native.DuckDb;

namespace Takt.Monitoring;

/// <summary>
/// The SQL of columns. Numbers go through 32-bit floats on both sides, since the inference log keeps those and the trainer may not: else a value on an edge would
/// change its bin by rounding alone. What is no number (NaN) is missing.
/// </summary>
internal static class ColumnSql
{
    public static string Files(IReadOnlyList<string> paths) => $"read_parquet([{string.Join(", ", paths.Select(DuckSql.Text))}], union_by_name = true)";

    public static string Number(string column) => $"nullif(CAST({column} AS FLOAT), CAST('nan' AS FLOAT))";

    public static string Value(ColumnKind kind, string column) => kind switch
    {
        ColumnKind.Number => Number(column),
        ColumnKind.Category => $"CAST({column} AS VARCHAR)",
        _ => "NULL::VARCHAR",
    };

    /// <summary>A column that is not there is missing in every row.</summary>
    public static string Absent(ColumnKind kind) => kind == ColumnKind.Number ? "NULL::FLOAT" : "NULL::VARCHAR";

    /// <summary>
    /// JSON of the counts by bin, one more at the end where something lies above the last edge. DuckDB's histogram with given bounds counts 14 columns of a million rows
    /// in 0.9 s of CPU; a tree of comparisons in SQL took 2.7.
    /// </summary>
    public static string Counts(ColumnProfile column, string value) => column.Edges.Length == 0
        ? $"'[' || count({value}) || ']'"
        : $"CAST(to_json(map_values(histogram({value}, CAST([{string.Join(", ", column.Edges.Select(e => e.ToString("R", CultureInfo.InvariantCulture)))}] AS FLOAT[])))) AS VARCHAR)";
}
