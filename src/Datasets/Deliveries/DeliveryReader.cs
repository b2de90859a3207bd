using System.Globalization;
using Takt.Datasets.Catalogue;
using Takt.Datasets.Engine;
using Takt.Kernel;
using Takt.Native.DuckDb;

namespace Takt.Datasets.Deliveries;

/// <summary>A delivery as a Parquet file of the dataset's own types.</summary>
internal sealed record ReadDelivery(string Path, long Rows, IReadOnlyList<ColumnSpec> Schema, DateTimeOffset? EventFrom, DateTimeOffset? EventTo);

/// <summary>Reads what was delivered, Parquet or CSV, and writes it anew: the dataset's columns in their order, in the five types, compressed with zstd. The same bytes in, the same bytes out.</summary>
internal static class DeliveryReader
{
    private const string ParquetOptions = "FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880";

    /// <param name="schema">The columns it must have; empty: whatever comes.</param>
    public static Outcome<ReadDelivery> Read(DeliveryWork work, DatasetSpec spec, IReadOnlyList<ColumnSpec> schema, string raw, string to, CancellationToken cancellationToken)
    {
        using var connection = work.Connect();
        try
        {
            var isParquet = IsParquet(raw);
            var came = Columns(connection, isParquet ? DuckSql.Parquet(raw) : Csv(raw, []));
            var expected = schema.Count > 0 ? schema : Detected(came);
            var findings = Differences(came, expected, isParquet);
            if (spec.TimeColumn is { } timeColumn && !expected.Any(c => c.Name == timeColumn && c.Type == ColumnTypes.Timestamp))
                findings.Add($"the time column '{timeColumn}' is missing or no timestamp.");
            if (findings.Count > 0) return DatasetProblems.WrongSchema(spec.Name, findings);

            var columns = string.Join(", ", expected.Select(c => $"CAST({DuckSql.Name(c.Name)} AS {ColumnTypes.Sql(c.Type)}) AS {DuckSql.Name(c.Name)}"));
            var source = isParquet ? DuckSql.Parquet(raw) : Csv(raw, schema);
            var rows = connection.Execute($"COPY (SELECT {columns} FROM {source}) TO {DuckSql.Text(to)} ({ParquetOptions})", cancellationToken);
            if (rows == 0) return DatasetProblems.Unreadable("it has no rows.");
            var (from, last) = EventRange(connection, to, spec.TimeColumn);
            return new ReadDelivery(to, rows, expected, from, last);
        }
        catch (DuckException e)
        {
            return DatasetProblems.Unreadable(Words(e, raw));
        }
    }

    /// <summary>Cuts the file into parts of at most <paramref name="most"/> rows, so that no part is too big to be read alone. One that is small enough is the part itself.</summary>
    public static IReadOnlyList<(string Path, long Rows)> Split(DeliveryWork work, ReadDelivery delivery, long most, CancellationToken cancellationToken)
    {
        if (delivery.Rows <= most) return [(delivery.Path, delivery.Rows)];
        using var connection = work.Connect();
        var columns = string.Join(", ", delivery.Schema.Select(c => DuckSql.Name(c.Name)));
        var parts = new List<(string, long)>();
        for (long start = 0; start < delivery.Rows; start += most)
        {
            var path = string.Create(CultureInfo.InvariantCulture, $"{delivery.Path}.{parts.Count}");
            var rows = connection.Execute(string.Create(CultureInfo.InvariantCulture,
                $"COPY (SELECT {columns} FROM read_parquet({DuckSql.Text(delivery.Path)}, file_row_number = true) WHERE file_row_number >= {start} AND file_row_number < {start + most}) TO {DuckSql.Text(path)} ({ParquetOptions})"),
                cancellationToken);
            parts.Add((path, rows));
        }
        return parts;
    }

    private static bool IsParquet(string path)
    {
        Span<byte> head = stackalloc byte[4];
        using var file = File.OpenRead(path);
        return file.ReadAtLeast(head, 4, throwOnEndOfStream: false) == 4 && head.SequenceEqual("PAR1"u8);
    }

    private static string Csv(string path, IReadOnlyList<ColumnSpec> types)
    {
        var typed = types.Count == 0 ? "" : $", types = {{{string.Join(", ", types.Select(c => $"{DuckSql.Text(c.Name)}: {DuckSql.Text(ColumnTypes.Sql(c.Type))}"))}}}";
        return $"read_csv({DuckSql.Text(path)}, header = true{typed})";
    }

    private static List<DuckColumn> Columns(DuckConnection connection, string source)
    {
        using var result = connection.Query($"SELECT * FROM {source} LIMIT 0");
        return [.. result.Columns];
    }

    private static List<ColumnSpec> Detected(List<DuckColumn> came) => [.. came.Select(c => new ColumnSpec(c.Name, ColumnTypes.Of(c.Type) ?? ColumnTypes.Text))];

    private static List<string> Differences(List<DuckColumn> came, IReadOnlyList<ColumnSpec> expected, bool isParquet)
    {
        var found = new List<string>();
        foreach (var column in expected)
        {
            var delivered = came.FirstOrDefault(c => c.Name == column.Name);
            if (delivered is null) found.Add($"column '{column.Name}' is missing.");
            else if (ColumnTypes.Of(delivered.Type) is not { } type) found.Add($"column '{column.Name}' is {delivered.Type}, which datasets do not keep.");
            else if (isParquet && !ColumnTypes.Fits(type, column.Type)) found.Add($"column '{column.Name}' is {type}, not {column.Type}.");
        }
        foreach (var column in came.Where(c => !expected.Any(e => e.Name == c.Name))) found.Add($"column '{column.Name}' is not declared.");
        return found;
    }

    private static (DateTimeOffset? From, DateTimeOffset? To) EventRange(DuckConnection connection, string path, string? timeColumn)
    {
        if (timeColumn is null) return (null, null);
        var name = DuckSql.Name(timeColumn);
        var row = connection.Rows($"SELECT min({name}), max({name}) FROM {DuckSql.Parquet(path)}")[0];
        return ((DateTimeOffset?)row[0], (DateTimeOffset?)row[1]);
    }

    /// <summary>The engine's own words, without this machine's paths and without its advice on settings of its own.</summary>
    private static string Words(DuckException e, string path)
    {
        var lines = e.Message.Replace(path, "the file", StringComparison.Ordinal).Split('\n').Select(l => l.Trim()).Where(l => l.Length > 0)
            .TakeWhile(l => !l.StartsWith("Possible", StringComparison.Ordinal) && !l.StartsWith("LINE ", StringComparison.Ordinal)).Take(3);
        return string.Join(' ', lines);
    }
}
