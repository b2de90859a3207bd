using Takt.Datasets;
using Takt.Kernel;
using Takt.Native.DuckDb;

namespace Takt.Quality;

/// <summary>Runs a dataset's checks on a delivery: one pass over its rows for all of them, and a small query for the examples of each that failed.</summary>
internal sealed class DeliveryInspection(TimeProvider time) : IDeliveryInspector
{
    private const int Examples = 5;

    public Task<IReadOnlyList<CheckResult>> InspectAsync(Caller caller, DatasetSpec spec, string path, DatasetVersion? last, IReadOnlyList<string> lastParts, CancellationToken cancellationToken) =>
        spec.Checks.Count == 0
            ? Task.FromResult<IReadOnlyList<CheckResult>>([])
            : Task.Run(() => Inspect(spec, path, last, lastParts, cancellationToken), cancellationToken);

    private IReadOnlyList<CheckResult> Inspect(DatasetSpec spec, string path, DatasetVersion? last, IReadOnlyList<string> lastParts, CancellationToken cancellationToken)
    {
        var folders = lastParts.Append(path).Select(p => Path.GetDirectoryName(p)!).Distinct().ToList();
        using var database = DuckDatabase.OpenInMemory(new DuckLimits { Folders = folders });
        using var connection = database.Connect();
        connection.Execute($"CREATE VIEW delivery AS SELECT * FROM {DuckSql.Parquet(path)}");

        var before = LastFigures.Measure(connection, Asked(spec, last), last, lastParts, cancellationToken);
        var expectations = new ExpectationList(connection, Columns(connection), spec, before, time.GetUtcNow()).Make();
        var figures = connection.Rows($"SELECT {string.Join(", ", expectations.SelectMany(e => e.Figures).Prepend("count(*)"))} FROM delivery", cancellationToken)[0];
        var rows = (long)figures[0]!;
        var results = new List<CheckResult>(expectations.Count);
        var at = 1;
        foreach (var expectation in expectations)
        {
            var finding = expectation.Judge(new ArraySegment<object?>(figures, at, expectation.Figures.Count), rows);
            at += expectation.Figures.Count;
            results.Add(new CheckResult(expectation.Words, expectation.Spec.Column, finding.Passed, finding.Expected, finding.Observed, finding.Offending,
                finding.Passed ? [] : Offenders(connection, expectation, cancellationToken)));
        }
        return results;
    }

    /// <summary>A <c>like-last</c> without a column asks for every column of the last version.</summary>
    private static List<CheckSpec> Asked(DatasetSpec spec, DatasetVersion? last) =>
        [.. spec.Checks.SelectMany(c => c is { Kind: "like-last", Column: null } && last is not null ? last.Schema.Select(column => c with { Column = column.Name }) : [c])];

    private static List<DuckColumn> Columns(DuckConnection connection)
    {
        using var result = connection.Query("SELECT * FROM delivery LIMIT 0");
        return [.. result.Columns];
    }

    /// <summary>The values that break it most often.</summary>
    private static List<string> Offenders(DuckConnection connection, Expectation expectation, CancellationToken cancellationToken)
    {
        if (expectation.Offends is not { } condition || expectation.Spec.Column is not { } column) return [];
        var name = DuckSql.Name(column);
        var rows = connection.Rows($"SELECT CAST({name} AS VARCHAR) FROM delivery WHERE {condition} GROUP BY {name} ORDER BY count(*) DESC, 1 LIMIT {Examples}", cancellationToken);
        return rows.ConvertAll(r => r[0] switch { null => "(none)", string text when string.IsNullOrWhiteSpace(text) => "(blank)", var value => (string)value });
    }
}
