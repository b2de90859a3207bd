using System.Globalization;
using System.Text.Json;
using Takt.Native.DuckDb;

namespace Takt.Monitoring;

/// <summary>Makes the profile of a reference: the Parquet of scored validation rows that the trainer wrote (see Provenance.Reference).</summary>
internal static class ReferenceProfile
{
    private const int Bins = 50;
    private const int MostCategories = 10_000;

    /// <summary>More distinct values than this share of the rows: an id.</summary>
    private const double IdentifierShare = 0.5;

    public static Profile Make(DuckConnection connection, string path, int blockSeconds, CancellationToken cancellationToken)
    {
        var types = Types(connection, [path], cancellationToken);
        if (!types.ContainsKey("score") || !types.ContainsKey("label"))
            throw new InvalidDataException("The model's reference has no columns score and label: train it again with a trainer that writes them.");
        var inputs = types.Where(t => t.Key.StartsWith("in_", StringComparison.Ordinal) && !IsTime(t.Value)).OrderBy(t => t.Key, StringComparer.Ordinal).ToArray();
        var time = types.ContainsKey("event_time") ? $"coalesce(epoch_us(event_time) // {blockSeconds}000000, 0)" : "0";
        connection.Execute($"""
            CREATE OR REPLACE TEMP TABLE rows AS SELECT {time} AS block, CAST(score AS DOUBLE) AS score, CAST(label AS DOUBLE) AS label
                {string.Concat(inputs.Select((t, i) => $", {DuckSql.Name(t.Key)} AS c{i}"))}
            FROM {Binning.Files([path])}
            """, cancellationToken);
        var rows = connection.Scalar<long>("SELECT count(*) FROM rows");
        if (rows == 0) throw new InvalidDataException("The model's reference has no rows: nothing can be compared with it.");
        var probability = connection.Scalar<bool>("SELECT bool_and(label IN (0, 1) AND score BETWEEN 0 AND 1) FROM rows");

        var columns = inputs.Select((t, i) => IsNumber(t.Value)
            ? new ColumnProfile(t.Key[3..], ColumnKind.Number, Edges(connection, $"c{i}"), [], [], Nothing)
            : Categories(connection, t.Key[3..], $"c{i}", rows, cancellationToken)).ToList();
        columns.Add(new ColumnProfile("score", ColumnKind.Number, Edges(connection, "score"), [], [], Nothing));

        var binned = columns.Select((c, i) => $", {Bin(c, c.Name == "score" && i == columns.Count - 1 ? "score" : $"c{i}")} AS b{i}");
        connection.Execute($"CREATE OR REPLACE TEMP TABLE binned AS SELECT block, score, label{string.Concat(binned)} FROM rows; DROP TABLE rows", cancellationToken);
        return ProfileSums.Read(connection, blockSeconds, probability, columns, cancellationToken);
    }

    public static Dictionary<string, string> Types(DuckConnection connection, IReadOnlyList<string> paths, CancellationToken cancellationToken) =>
        connection.Rows($"SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM {Binning.Files(paths)})", cancellationToken)
            .ToDictionary(r => (string)r[0]!, r => (string)r[1]!, StringComparer.Ordinal);

    /// <summary>The SQL of a column's bin; a category is counted by its text.</summary>
    public static string Bin(ColumnProfile column, string source) => column.Kind switch
    {
        ColumnKind.Number => Binning.Number(source, column.Edges),
        ColumnKind.Category => $"CAST({source} AS VARCHAR)",
        _ => "0",
    };

    private static readonly Dictionary<string, long> Nothing = [];

    private static float[] Edges(DuckConnection connection, string column)
    {
        var shares = string.Join(", ", Enumerable.Range(1, Bins - 1).Select(i => ((double)i / Bins).ToString(CultureInfo.InvariantCulture)));
        var json = connection.Scalar<string>($"SELECT CAST(to_json(quantile_disc(CAST({column} AS FLOAT), [{shares}])) AS VARCHAR) FROM rows WHERE NOT isnan(CAST({column} AS FLOAT)) AND isfinite(CAST({column} AS FLOAT))");
        return json is null or "null" ? [] : [.. JsonSerializer.Deserialize<float[]>(json)!.Distinct()];
    }

    private static ColumnProfile Categories(DuckConnection connection, string name, string column, long rows, CancellationToken cancellationToken)
    {
        var found = connection.Rows($"""
            SELECT CAST({column} AS VARCHAR) AS v, count(*) AS n FROM rows WHERE {column} IS NOT NULL GROUP BY v ORDER BY n DESC, v LIMIT {MostCategories + 1}
            """, cancellationToken).ConvertAll(r => (string)r[0]!);
        return found.Count > MostCategories || (found.Count > 50 && found.Count > rows * IdentifierShare)
            ? new ColumnProfile(name, ColumnKind.Identifier, [], [], [], Nothing)
            : new ColumnProfile(name, ColumnKind.Category, [], [.. found], [], Nothing);
    }

    private static bool IsNumber(string type) =>
        type is "TINYINT" or "SMALLINT" or "INTEGER" or "BIGINT" or "HUGEINT" or "UTINYINT" or "USMALLINT" or "UINTEGER" or "UBIGINT" or "FLOAT" or "DOUBLE"
        || type.StartsWith("DECIMAL", StringComparison.Ordinal);

    private static bool IsTime(string type) => type.StartsWith("TIME", StringComparison.Ordinal) || type == "DATE";
}
