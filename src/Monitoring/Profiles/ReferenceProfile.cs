using System.Globalization;
using System.Text.Json;
using Takt.Native.DuckDb;

namespace Takt.Monitoring;

/// <summary>Makes the profile of a reference: the Parquet of scored validation rows that the trainer wrote (see Provenance.Reference).</summary>
internal static class ReferenceProfile
{
    private const int Bins = 50;
    private const int MostCategories = 10_000;

    /// <summary>Edges need no more rows than this: their bins are counted on all.</summary>
    private const int RowsForEdges = 100_000;

    /// <summary>More distinct values than this share of the rows: an id.</summary>
    private const double IdentifierShare = 0.5;

    private static readonly Dictionary<string, long> nothing = [];

    public static Profile Make(DuckConnection connection, string path, int blockSeconds, CancellationToken cancellationToken)
    {
        var types = Types(connection, [path], cancellationToken);
        if (!types.ContainsKey("score") || !types.ContainsKey("label"))
            throw new InvalidDataException("The model's reference has no columns score and label: train it again with a trainer that writes them.");
        var inputs = types.Where(t => t.Key.StartsWith("in_", StringComparison.Ordinal) && !IsTime(t.Value)).OrderBy(t => t.Key, StringComparer.Ordinal).ToArray();
        var time = types.ContainsKey("event_time") ? $"coalesce(epoch_us(event_time) // {blockSeconds}000000, 0)" : "0";
        connection.Execute($"""
            CREATE OR REPLACE TEMP VIEW judged AS SELECT file_row_number AS number, {time} AS block, CAST(score AS DOUBLE) AS score, CAST(label AS DOUBLE) AS label
                {string.Concat(inputs.Select((t, i) => $", {ColumnSql.Value(IsNumber(t.Value) ? ColumnKind.Number : ColumnKind.Category, DuckSql.Name(t.Key))} AS c{i}"))}
            FROM read_parquet({DuckSql.Text(path)}, file_row_number = true)
            """, cancellationToken);
        connection.Execute("CREATE OR REPLACE TEMP VIEW answers AS SELECT * FROM judged", cancellationToken);
        var rows = connection.Scalar<long>("SELECT count(*) FROM judged");
        if (rows == 0) throw new InvalidDataException("The model's reference has no rows: nothing can be compared with it.");
        var probability = connection.Scalar<bool>("SELECT bool_and(label IN (0, 1) AND score BETWEEN 0 AND 1) FROM judged");

        var numbers = Enumerable.Range(0, inputs.Length).Where(i => IsNumber(inputs[i].Value)).ToArray();
        var edges = Edges(connection, [.. numbers.Select(i => $"c{i}"), "CAST(score AS FLOAT)"], rows, cancellationToken);
        var columns = inputs.Select((t, i) => Array.IndexOf(numbers, i) is >= 0 and var at
            ? new ColumnProfile(t.Key[3..], ColumnKind.Number, edges[at], [], [], nothing)
            : Categories(connection, t.Key[3..], $"c{i}", rows, cancellationToken)).ToList();
        columns.Add(new ColumnProfile("score", ColumnKind.Number, edges[^1], [], [], nothing));
        return ProfileSums.Read(connection, blockSeconds, probability, columns, cancellationToken);
    }

    public static Dictionary<string, string> Types(DuckConnection connection, IReadOnlyList<string> paths, CancellationToken cancellationToken) =>
        connection.Rows($"SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM {ColumnSql.Files(paths)})", cancellationToken)
            .ToDictionary(r => (string)r[0]!, r => (string)r[1]!, StringComparer.Ordinal);

    private static float[][] Edges(DuckConnection connection, string[] values, long rows, CancellationToken cancellationToken)
    {
        var shares = string.Join(", ", Enumerable.Range(1, Bins - 1).Select(i => ((double)i / Bins).ToString(CultureInfo.InvariantCulture)));
        var some = rows > RowsForEdges ? $"WHERE hash(number) % {rows / RowsForEdges + 1} = 0" : "";
        var row = connection.Rows($"SELECT {string.Join(", ", values.Select(v => $"CAST(to_json(quantile_disc({v}, [{shares}]) FILTER (isfinite({v}))) AS VARCHAR)"))} FROM judged {some}", cancellationToken)[0];
        return [.. row.Select(json => json is null or "null" ? [] : JsonSerializer.Deserialize<float[]>((string)json)!.Distinct().ToArray())];
    }

    private static ColumnProfile Categories(DuckConnection connection, string name, string column, long rows, CancellationToken cancellationToken)
    {
        var found = connection.Rows($"SELECT {column} AS v, count(*) AS n FROM answers WHERE {column} IS NOT NULL GROUP BY v ORDER BY n DESC, v LIMIT {MostCategories + 1}", cancellationToken)
            .ConvertAll(r => (string)r[0]!);
        return found.Count > MostCategories || (found.Count > 50 && found.Count > rows * IdentifierShare)
            ? new ColumnProfile(name, ColumnKind.Identifier, [], [], [], nothing)
            : new ColumnProfile(name, ColumnKind.Category, [], [.. found], [], nothing);
    }

    private static bool IsNumber(string type) =>
        type is "TINYINT" or "SMALLINT" or "INTEGER" or "BIGINT" or "HUGEINT" or "UTINYINT" or "USMALLINT" or "UINTEGER" or "UBIGINT" or "FLOAT" or "DOUBLE"
        || type.StartsWith("DECIMAL", StringComparison.Ordinal);

    private static bool IsTime(string type) => type.StartsWith("TIME", StringComparison.Ordinal) || type == "DATE";
}
