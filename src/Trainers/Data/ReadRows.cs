using System.Globalization;
using System.Text;
using Takt.Native.DuckDb;

namespace Takt.Trainers;

/// <summary>
/// Reads rows by DuckDB. The expressions are the user's SQL: the engine is locked down to the files named (and nothing to write to), within a memory
/// limit, and the whole step is a process of its own that can be killed. Rows come in the files' order whatever the number of threads.
/// </summary>
internal static class ReadRows
{
    public static Frame Read(RowSource source)
    {
        source.Check();
        var files = source.Data.Select(Path.GetFullPath).ToArray();
        var limits = new DuckLimits { Files = files, MemoryMegabytes = source.MemoryMiB, Threads = source.Threads };
        using var database = DuckDatabase.OpenInMemory(limits);
        using var connection = database.Connect();
        var from = "FROM " + DuckSql.Parquet(files);
        Try(connection, from, null, "the data");
        var columns = connection.Rows($"DESCRIBE SELECT * {from}").ConvertAll(row => (string)row[0]!);
        if (!columns.Contains(source.Time, StringComparer.OrdinalIgnoreCase))
            throw new TrainingException($"The data have no column '{source.Time}' (time). They have: {string.Join(", ", columns)}.");
        var time = DuckSql.Name(source.Time) + "::TIMESTAMP";
        _ = Try(connection, from, time, "time");
        if (source.Where is not null) _ = Try(connection, from, $"(\n{source.Where}\n)::BOOLEAN", "where");
        _ = Try(connection, from, $"(\n{source.Label}\n)::BOOLEAN", "label");
        var types = source.Features.Select(f => InputOf(f, Try(connection, from, $"(\n{f.Expression}\n)", $"feature '{f.Name}'"))).ToArray();

        var sql = new StringBuilder($"SELECT {time}, (\n{source.Label}\n)::BOOLEAN");
        for (var i = 0; i < types.Length; i++) sql.Append(CultureInfo.InvariantCulture, $", (\n{source.Features[i].Expression}\n)::{SqlType(types[i])}");
        sql.Append(' ').Append(from);
        var conditions = new List<string>();
        if (source.From is { } start) conditions.Add($"{time} >= {Literal(start)}");
        if (source.Until is { } end) conditions.Add($"{time} < {Literal(end)}");
        if (source.Where is not null) conditions.Add($"(\n{source.Where}\n)::BOOLEAN");
        if (conditions.Count > 0) sql.Append(" WHERE ").AppendJoin(" AND ", conditions);

        var gathered = new GatheredRows(source, types);
        try
        {
            using var result = connection.Query(sql.ToString());
            while (result.Next()) gathered.Add(result);
        }
        catch (DuckException e)
        {
            throw Refusal("the data", e);
        }
        return gathered.ToFrame();
    }

    /// <summary>Binds one expression alone, so that a mistake is named by its place and one cannot reach into the next.</summary>
    private static DuckType Try(DuckConnection connection, string from, string? expression, string place)
    {
        try
        {
            var sql = $"SELECT {expression ?? "*"} {from} LIMIT 0";
            if (connection.CountStatements(sql) != 1) throw new TrainingException($"{place}: write one SQL expression, without a semicolon.");
            using var result = connection.Query(sql);
            if (expression is not null && result.Columns.Count != 1) throw new TrainingException($"{place}: write one SQL expression, not {result.Columns.Count}.");
            return result.Columns[0].Type;
        }
        catch (DuckException e)
        {
            throw Refusal(place, e);
        }
    }

    private static TrainingException Refusal(string place, DuckException e)
    {
        // The engine draws the place of a mistake over several lines; its first lines say all of it.
        var lines = e.Message.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .TakeWhile(line => !line.StartsWith("LINE ", StringComparison.Ordinal));
        return new TrainingException($"DuckDB refuses {place}: {string.Join(' ', lines)}", e);
    }

    private static InputType InputOf(FeatureSpec feature, DuckType type)
    {
        if (feature.Kind == FeatureKind.Category) return InputType.String;
        var whole = type is DuckType.Boolean or DuckType.TinyInt or DuckType.SmallInt or DuckType.Integer or DuckType.BigInt or DuckType.HugeInt
            or DuckType.UTinyInt or DuckType.USmallInt or DuckType.UInteger or DuckType.UBigInt;
        if (!whole && type is not (DuckType.Float or DuckType.Double or DuckType.Decimal or DuckType.SqlNull))
            throw new TrainingException($"Feature '{feature.Name}' gives {type}, not a number: give it kind category, or cast it.");
        if (feature.Kind == FeatureKind.Level && !whole) throw new TrainingException($"Feature '{feature.Name}' is a level but gives {type}: cast it to a whole number, or make it a number.");
        return feature.Kind == FeatureKind.Level ? InputType.Int64 : feature.Type ?? (whole ? InputType.Int64 : InputType.Float);
    }

    private static string SqlType(InputType type) => type switch
    {
        InputType.String => "VARCHAR",
        InputType.Int64 => "BIGINT",
        _ => "DOUBLE",
    };

    private static string Literal(DateTimeOffset time) => $"TIMESTAMP '{time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture)}'";
}
