using Takt.Datasets;
using Takt.Kernel;
using Takt.Native.DuckDb;
using Takt.TestKit;

namespace Takt.Quality.Tests;

public sealed class DeliveryInspectionTests : IDisposable
{
    private static readonly Caller Caller = Caller.System(ProjectId.Default);
    private const string Good = "SELECT range AS id, 700 + range % 100 AS distance, CASE range % 3 WHEN 0 THEN 'ATL' WHEN 1 THEN 'ORD' ELSE 'LAX' END AS origin, TIMESTAMP '2025-12-20' + to_hours(range::INT % 200) AS seen FROM range(10000)";

    private readonly TestFolder folder = new();
    private readonly ManualTime time = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_good_delivery_passes_every_check()
    {
        var results = await InspectAsync(Good, Good, Check("rows", min: 1000), Check("not-empty", "origin"), Check("between", "distance", 20, 5100), Check("unique", "id"),
            Check("one-of", "origin", values: ["ATL", "ORD", "LAX"]), Check("matches", "origin", values: ["[A-Z]{3}"]), Check("mean", "distance", 700, 800),
            Check("mean", "distance", tolerance: 0.1), Check("between", "seen", values: ["2025-12-20", "2025-12-31T23:59:59Z"]), Check("fresh", "seen", max: 10 * 86400), Check("like-last"));
        Assert.All(results, r => Assert.True(r.Passed, r.ToString()));
        Assert.Equal(13, results.Count); // like-last is told for id, distance and origin
    }

    [Fact]
    public async Task Each_broken_check_tells_what_was_expected_and_found_with_examples()
    {
        const string Broken = "SELECT id % 5000 AS id, distance * 1.609344::DOUBLE AS distance, CASE WHEN id % 4 = 0 THEN NULL WHEN id % 4 = 1 THEN ' ' ELSE 'atl' END AS origin, seen FROM good";
        var results = await InspectAsync(Broken, Good, Check("not-empty", "origin"), Check("between", "distance", 20, 1200), Check("unique", "id"), Check("one-of", "origin", values: ["ATL", " "]),
            Check("matches", "origin", values: ["[A-Z]{3}"]), Check("mean", "distance", tolerance: 0.15), Check("rows", max: 9999), Check("fresh", "seen", max: 3600), Check("like-last", "distance"), Check("like-last", "origin"));
        Assert.All(results, r => Assert.False(r.Passed, r.ToString()));

        Assert.Equal("origin not empty: every row with a value; 5,000 of 10,000 rows (50 %) empty; (blank), (none)", Told(results[0]));
        Assert.Equal("5,400 of 10,000 rows (54 %) outside; values from 1,126.5408 to 1,285.8659", results[1].Observed);
        Assert.Equal((5_000, 5), (results[2].Offending, results[2].Examples.Count));
        Assert.Equal(["atl"], results[3].Examples);
        Assert.Equal("mean of distance within 15 % of the last version: between 637.075 and 861.925 (rows/1 has 749.5); 1,206.2033; ", Told(results[5]));
        Assert.Contains("days ago", results[7].Observed, StringComparison.Ordinal);
        Assert.Contains("standard deviations off", results[8].Observed, StringComparison.Ordinal);
        Assert.Contains("100 % of values are new", results[9].Observed, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_share_forgives_some_rows()
    {
        const string Some = "SELECT CASE WHEN range < 10 THEN 9999 ELSE 100 END AS n FROM range(1000)";
        Assert.True((await InspectAsync(Some, null, Check("between", "n", 0, 200) with { Share = 0.99 }))[0].Passed);
        var failed = (await InspectAsync(Some, null, Check("between", "n", 0, 200) with { Share = 0.995 }))[0];
        Assert.Equal(("n between 0 and 200 for 99.5 % of rows", false, 10, "9999"), (failed.Check, failed.Passed, failed.Offending, failed.Examples[0]));
    }

    [Fact]
    public async Task A_first_delivery_is_compared_with_nothing()
    {
        var results = await InspectAsync(Good, null, Check("mean", "distance", tolerance: 0.1), Check("like-last", "distance"));
        Assert.All(results, r => Assert.Equal((true, "none yet: not compared"), (r.Passed, r.Observed)));
    }

    [Fact]
    public async Task A_check_that_cannot_be_run_fails_by_name()
    {
        var results = await InspectAsync(Good, null, Check("not-empty", "nowhere"), Check("mean", "origin", 1), Check("matches", "origin", values: ["[broken"]), Check("fresh", max: 1), Check("between", "origin", 1, 2));
        Assert.All(results, r => Assert.False(r.Passed));
        Assert.Contains("no column 'nowhere'", results[0].Observed, StringComparison.Ordinal);
        Assert.Contains("the pattern is broken", results[2].Observed, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Names_and_values_with_quotes_are_no_SQL()
    {
        const string Odd = """SELECT 'it''s' AS "a ""quoted"" name" """;
        var results = await InspectAsync(Odd, null, Check("one-of", "a \"quoted\" name", values: ["it's", "'); DROP TABLE x; --"]));
        Assert.True(results[0].Passed);
    }

    private static CheckSpec Check(string kind, string? column = null, double? min = null, double? max = null, double? tolerance = null, string[]? values = null) =>
        new(kind, column, min, max, kind == "like-last" ? 0.99 : 1, tolerance, values ?? []);

    private static string Told(CheckResult r) => $"{r.Check}: {r.Expected}; {r.Observed}; {string.Join(", ", r.Examples)}";

    /// <param name="before">The last version's rows; null for the first delivery unless it compares with itself.</param>
    private async Task<IReadOnlyList<CheckResult>> InspectAsync(string select, string? before, params CheckSpec[] checks)
    {
        var path = Write("delivery", select);
        var last = before is null ? null : new DatasetVersion("rows", 1, default, 10_000,
            [new("id", "integer"), new("distance", "integer"), new("origin", "text"), new("seen", "timestamp")], null, null, default, []);
        var spec = new DatasetSpec("rows", "ops", "tests", "public", null, [], checks);
        return await new DeliveryInspection(time).InspectAsync(Caller, spec, path, last, before is null ? [] : [Write("last", before)], default);
    }

    private string Write(string name, string select)
    {
        using var duck = DuckDatabase.OpenInMemory(new DuckLimits { Folders = [folder.Path] });
        using var connection = duck.Connect();
        var path = folder[$"{name}.parquet"];
        connection.Execute($"COPY (WITH good AS ({Good}) {select}) TO {DuckSql.Text(path)} (FORMAT parquet)");
        return path;
    }
}
