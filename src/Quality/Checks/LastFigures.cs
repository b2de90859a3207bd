using Takt.Datasets;
using Takt.Native.DuckDb;

namespace Takt.Quality;

/// <summary>What the last version's columns look like, as far as checks compare with it: one pass over its parts.</summary>
/// <param name="Version">For people: <c>flights/1</c>.</param>
/// <param name="Source">Its parts, as a table function.</param>
internal sealed record LastFigures(string Version, string Source, IReadOnlyDictionary<string, LastColumn> Columns)
{
    /// <summary>Null where there is no last version, or no check asks.</summary>
    public static LastFigures? Measure(DuckConnection connection, IReadOnlyList<CheckSpec> checks, DatasetVersion? last, IReadOnlyList<string> parts, CancellationToken cancellationToken)
    {
        if (last is null) return null;
        var asked = checks.Where(c => c.Kind == "like-last" || c.Tolerance is not null).Select(c => c.Column).ToHashSet();
        if (asked.Count == 0) return null;
        var columns = last.Schema.Where(c => asked.Contains(c.Name)).ToList();
        var source = DuckSql.Parquet(parts);
        var found = new Dictionary<string, LastColumn>(StringComparer.Ordinal);
        if (columns.Count > 0)
        {
            var row = connection.Rows($"SELECT count(*), {string.Join(", ", columns.Select(Aggregates))} FROM {source}", cancellationToken)[0];
            for (int i = 0, at = 1; i < columns.Count; i++, at += 5)
                found[columns[i].Name] = new LastColumn(1 - (double)CheckFigures.Whole(row[at]) / Math.Max(1, CheckFigures.Whole(row[0])),
                    CheckFigures.Real(row[at + 1]), CheckFigures.Real(row[at + 2]), CheckFigures.Real(row[at + 3]), CheckFigures.Real(row[at + 4]));
        }
        return new LastFigures($"{last.Name}/{last.Number}", source, found);
    }

    private static string Aggregates(ColumnSpec column)
    {
        var name = DuckSql.Name(column.Name);
        if (column.Type is not ("integer" or "number")) return $"count({name}), NULL, NULL, NULL, NULL";
        var finite = $"FILTER (WHERE abs(CAST({name} AS DOUBLE)) < 1e150)";
        return $"count({name}), avg(CAST({name} AS DOUBLE)) {finite}, stddev_samp(CAST({name} AS DOUBLE)) {finite}, min({name}), max({name})";
    }
}

/// <param name="Nulls">Share of rows without a value.</param>
internal sealed record LastColumn(double Nulls, double? Mean, double? Std, double? Min, double? Max);
