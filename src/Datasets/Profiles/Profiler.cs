using System.Globalization;
using Takt.Datasets.Engine;
using Takt.Native.DuckDb;

namespace Takt.Datasets.Profiles;

/// <summary>Measures a version: one pass for all columns' figures, and one small pass a column for its frequent values.</summary>
internal static class Profiler
{
    /// <summary>Up to here distinct values and quantiles are exact: beyond, they are estimated (the engine keeps every value to be exact).</summary>
    public const long ExactRows = 5_000_000;

    private const long MostForTop = 10_000;
    private const int TopValues = 10;
    private static readonly double[] Points = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99];

    public static DatasetProfile Profile(DeliveryWork work, IReadOnlyList<string> parts, IReadOnlyList<ColumnSpec> schema, long rows, CancellationToken cancellationToken)
    {
        using var connection = work.Connect();
        var source = DuckSql.Parquet(parts);
        var exact = rows <= ExactRows;
        var figures = connection.Rows($"SELECT {string.Join(", ", schema.Select(c => Figures(c, exact)))} FROM {source}", cancellationToken)[0];
        var columns = new List<ColumnProfile>(schema.Count);
        for (int i = 0, at = 0; i < schema.Count; i++)
        {
            var column = schema[i];
            var (count, distinct) = (Convert.ToInt64(figures[at], CultureInfo.InvariantCulture), Convert.ToInt64(figures[at + 1], CultureInfo.InvariantCulture));
            var (min, max) = (Shown(figures[at + 2]), Shown(figures[at + 3]));
            at += 4;
            double? mean = null, std = null;
            IReadOnlyList<ProfileQuantile> quantiles = [];
            if (HasNumbers(column))
            {
                (mean, std) = ((double?)figures[at], (double?)figures[at + 1]);
                quantiles = figures[at + 2] is object?[] values ? [.. Points.Zip(values, (p, v) => new ProfileQuantile(p, Convert.ToDouble(v, CultureInfo.InvariantCulture)))] : [];
                at += 3;
            }
            var top = column.Type != ColumnTypes.Timestamp && distinct <= MostForTop ? Top(connection, source, column, cancellationToken) : [];
            columns.Add(new ColumnProfile(column.Name, column.Type, count, rows - count, distinct, exact, min, max, mean, std, quantiles, exact, top));
        }
        return new DatasetProfile(rows, columns);
    }

    private static string Figures(ColumnSpec column, bool exact)
    {
        var name = DuckSql.Name(column.Name);
        var sql = $"count({name}), {(exact ? $"count(DISTINCT {name})" : $"approx_count_distinct({name})")}, min({name}), max({name})";
        if (!HasNumbers(column)) return sql;
        // A square of more than 1e300 would make the engine give up on the whole pass.
        var number = $"CAST({name} AS DOUBLE)";
        var finite = $"FILTER (WHERE abs({number}) < 1e150)";
        var points = $"[{string.Join(", ", Points.Select(p => p.ToString(CultureInfo.InvariantCulture)))}]";
        return $"{sql}, avg({number}) {finite}, stddev_samp({number}) {finite}, {(exact ? "quantile_cont" : "approx_quantile")}({number}, {points}) {finite}";
    }

    private static List<TopValue> Top(DuckConnection connection, string source, ColumnSpec column, CancellationToken cancellationToken)
    {
        var name = DuckSql.Name(column.Name);
        var rows = connection.Rows($"SELECT CAST({name} AS VARCHAR), count(*) FROM {source} WHERE {name} IS NOT NULL GROUP BY {name} ORDER BY 2 DESC, 1 LIMIT {TopValues}", cancellationToken);
        return [.. rows.Select(r => new TopValue((string)r[0]!, (long)r[1]!))];
    }

    private static bool HasNumbers(ColumnSpec column) => column.Type is ColumnTypes.Integer or ColumnTypes.Number;

    private static string? Shown(object? value) => value switch
    {
        null => null,
        DateTimeOffset time => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'", CultureInfo.InvariantCulture),
        bool flag => flag ? "true" : "false",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture),
    };
}
