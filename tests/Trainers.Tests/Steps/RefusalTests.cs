namespace Takt.Trainers.Tests.Steps;

public sealed class RefusalTests(TrainingFixture fixture) : IClassFixture<TrainingFixture>
{
    public static TheoryData<string, Func<TrainingSpec, TrainingSpec>> Mistakes => new()
    {
        { "The label is never true", s => s with { Label = "size < 0" } },
        { "The label is always true", s => s with { Label = "size >= 0" } },
        { "The label is null in every row (40,000)", s => s with { Label = "NULL::BOOLEAN" } },
        { "DuckDB refuses label: Binder Error: Referenced column \"delay\" not found in FROM clause! Candidate bindings: ", s => s with { Label = "delay > 15" } },
        { "DuckDB refuses feature 'hour': ", s => With(s, "hours_of(at)") },
        { "label: write one SQL expression", s => s with { Label = "late); SELECT (1" } },
        { "The data have no column 'when' (time). They have: at, hour, size, place, late.", s => s with { Time = "when" } },
        { "Feature 'hour' is null in every row (40,000)", s => With(s, "NULL::DOUBLE", FeatureKind.Number) },
        { "Feature 'hour' is null in a row, and a whole number cannot be missing", s => With(s, "CASE WHEN hour > 3 THEN hour END") },
        { "Feature 'hour' is Infinity in a row", s => With(s, "CASE WHEN hour = 3 THEN 'inf'::DOUBLE ELSE 1 END", FeatureKind.Number) },
        { "Feature 'hour' is NaN in a row", s => With(s, "CASE WHEN hour = 3 THEN 'nan'::DOUBLE ELSE 1 END", FeatureKind.Number) },
        { "Feature 'hour' gives Varchar, not a number", s => With(s, "place", FeatureKind.Number) },
        { "The data have no rows from 2002-01-01 00:00:00Z", s => s with { From = new DateTimeOffset(2002, 1, 1, 0, 0, 0, TimeSpan.Zero) } },
        { "The data have no rows before 1999-01-01 00:00:00Z", s => s with { Cutoff = new DateTimeOffset(1999, 1, 1, 0, 0, 0, TimeSpan.Zero) } },
        { "holdout takes all 40,000 rows", s => s with { Holdout = new Holdout(null, TimeSpan.FromDays(90)) } },
        { "boosted_trees.depth is 9: it must be from 1 to 8.", s => s with { BoostedTrees = new BoostedTreesParams { Depth = 9 } } },
        { "Two features are called 'hour'", s => s with { Features = [s.Features[0], s.Features[0]] } },
        { "A feature cannot be called 'probability'", s => s with { Features = [s.Features[1] with { Name = "probability", Sql = "size" }] } },
        { "A feature cannot be called 'a:b'", s => s with { Features = [s.Features[1] with { Name = "a:b", Sql = "size" }] } },
        { "features is empty", s => s with { Features = [] } },
        { "data names no file", s => s with { Data = [] } },
        { "does not exist: name Parquet files", s => s with { Data = ["/nowhere/a.parquet"] } },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void A_mistake_is_told_in_one_line_and_nothing_is_written(string expected, Func<TrainingSpec, TrainingSpec> make)
    {
        var into = fixture[$"refused-{Guid.NewGuid():N}"];
        var refusal = Assert.Throws<TrainingException>(() => TrainStep.Run(make(fixture.Spec()), into, new TrainingFixture.Ignored()));
        Assert.Contains(expected, refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refusal.Message);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.GetDirectoryName(into)!, Path.GetFileName(into) + "*"));
    }

    [Fact]
    public void The_specs_SQL_reads_no_other_file()
    {
        var other = fixture.Parquet("other", "SELECT 1 AS secret");
        foreach (var sql in (string[])[$"(SELECT max(secret) FROM '{other}')", "(SELECT count(*) FROM read_text('/etc/passwd'))", "(SELECT count(*) FROM duckdb_secrets() a, read_csv('/etc/group') b)"])
            Assert.Contains("refuses feature 'hour'", Assert.Throws<TrainingException>(() => fixture.Train(With(fixture.Spec(), sql))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_cut_short_is_told()
    {
        File.WriteAllBytes(fixture["short.parquet"], File.ReadAllBytes(fixture.Made)[..20_000]);
        Assert.Contains("DuckDB refuses the data", Assert.Throws<TrainingException>(() => fixture.Train(fixture.Spec() with { Data = [fixture["short.parquet"]] })).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "data": ["a"], "time": "at", "label": "x", "features": [], "labels": 1 }""", "labels")]
    [InlineData("""{ "data": ["a"], "time": "at", "features": [] }""", "label")]
    [InlineData("{ \"data\": [\"a\"],\n \"holdout\": 1.5 }", "(line 2)")]
    [InlineData("""{ "data": ["a"], "time": "at", "label": "x", "features": [], "holdout": "3 weeks" }""", "holdout")]
    [InlineData("""{ "data": ["a"], "time": "at", "label": "x", "features": [], "algorithm": "magic" }""", "algorithm")]
    [InlineData("", "JSON")]
    public void A_spec_that_is_none_names_the_place(string json, string expected)
    {
        var path = fixture[$"spec-{Guid.NewGuid():N}.json"];
        File.WriteAllText(path, json);
        var refusal = Assert.Throws<TrainingException>(() => TrainStep.Run(path, fixture["never"], new TrainingFixture.Ignored()));
        Assert.Contains(expected, refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refusal.Message);
    }

    [Fact]
    public void A_spec_goes_through_JSON_and_back()
    {
        var path = fixture["spec.json"];
        File.WriteAllText(path, """
            { "data": ["a.parquet"], "time": "date", "cutoff": "2001-02-27T00:00:00Z", "label": "delay > 15", "algorithm": "boosted-trees", "boosted_trees": { "trees": 60 },
              "features": [ { "name": "hour", "sql": "hour(date)", "kind": "level" }, { "name": "distance", "type": "float" }, { "name": "origin", "kind": "category", "smoothing": 50 } ],
              "holdout": "3d", "refit": false, "shuffle_labels": true, "seed": 7 }
            """);
        var spec = TrainingSpec.Read(path);
        Assert.Equal(TimeSpan.FromDays(3), spec.Holdout.Duration);
        Assert.Equal(FeatureKind.Category, spec.Features[2].Kind);
        File.WriteAllText(path, System.Text.Json.JsonSerializer.Serialize(spec, TrainingSpec.Json));
        var again = TrainingSpec.Read(path);
        Assert.Equal(spec with { Data = again.Data, Features = again.Features }, again);
        Assert.Equal(spec.Features, again.Features);
    }

    private static TrainingSpec With(TrainingSpec spec, string sql, FeatureKind kind = FeatureKind.Level) => spec with { Features = [spec.Features[0] with { Sql = sql, Kind = kind }, .. spec.Features.Skip(1)] };
}
