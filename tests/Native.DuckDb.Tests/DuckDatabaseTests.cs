namespace Takt.Native.DuckDb.Tests;

public sealed class DuckDatabaseTests(DuckFixture duck) : IClassFixture<DuckFixture>
{
    [Fact]
    public void The_engine_is_the_pinned_one() => Assert.Equal("v1.5.6", DuckDatabase.EngineVersion);

    [Fact]
    public void Files_outside_the_folders_are_refused()
    {
        using var connection = duck.Database.Connect();
        var outside = Path.Combine(duck.Outside, "x.csv");
        File.WriteAllText(outside, "a\n1\n");
        File.CreateSymbolicLink(Path.Combine(duck.Folder, $"link-{Guid.NewGuid():N}.csv"), outside);
        string[] attempts =
        [
            "FROM read_csv('/etc/passwd')",
            $"FROM read_csv({DuckSql.Text(outside)})",
            $"FROM read_csv({DuckSql.Text(Path.Combine(duck.Folder, "..", "allowed-not", "x.csv"))})",
            $"FROM read_csv({DuckSql.Text(Path.Combine(duck.Folder, "link-*.csv"))})",
            $"COPY (SELECT 1) TO {DuckSql.Text(Path.Combine(duck.Outside, "y.csv"))}",
            $"ATTACH {DuckSql.Text(Path.Combine(duck.Outside, "y.db"))}",
            "FROM read_csv('https://127.0.0.1:9/x.csv')",
            "INSTALL httpfs",
            "LOAD httpfs",
        ];
        Assert.All(attempts, sql => Assert.Throws<DuckException>(() => connection.Execute(sql)));
    }

    [Fact]
    public void A_single_file_is_allowed_without_its_neighbours()
    {
        var (one, two) = (Path.Combine(duck.Outside, $"{Guid.NewGuid():N}.csv"), Path.Combine(duck.Outside, $"{Guid.NewGuid():N}.csv"));
        File.WriteAllText(one, "a\n1\n");
        File.WriteAllText(two, "a\n2\n");
        using var database = DuckDatabase.OpenInMemory(new DuckLimits { Files = [one] });
        using var connection = database.Connect();
        Assert.Equal(1, connection.Scalar<long>($"SELECT a FROM read_csv({DuckSql.Text(one)})"));
        Assert.Throws<DuckException>(() => connection.Execute($"FROM read_csv({DuckSql.Text(two)})"));
        Assert.Throws<DuckException>(() => connection.Execute("RESET allowed_paths"));
    }

    [Fact]
    public void The_settings_are_locked()
    {
        using var connection = duck.Database.Connect();
        Assert.All(["SET memory_limit = '100GB'", "SET enable_external_access = true", "RESET allowed_directories", "SET lock_configuration = false", "SET threads = 64"],
            sql => Assert.Contains("lock", Assert.Throws<DuckException>(() => connection.Execute(sql)).Message, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public void Times_are_UTC()
    {
        using var connection = duck.Database.Connect();
        Assert.Equal("UTC", connection.Scalar<string>("SELECT current_setting('TimeZone')"));
        Assert.Equal(new DateTimeOffset(2001, 2, 3, 4, 5, 6, TimeSpan.Zero), connection.Scalar<DateTimeOffset>("SELECT TIMESTAMPTZ '2001-02-03 04:05:06+00'"));
    }

    [Fact]
    public void Parquet_comes_out_as_it_went_in_and_byte_for_byte_the_same()
    {
        using var connection = duck.Database.Connect();
        var (one, two) = (Path.Combine(duck.Folder, "one.parquet"), Path.Combine(duck.Folder, "two.parquet"));
        foreach (var path in (string[])[one, two])
            Assert.Equal(300_000, connection.Execute($"COPY (SELECT range AS n, 'text ' || range % 100 AS t FROM range(300000)) TO {DuckSql.Text(path)} (FORMAT parquet, COMPRESSION zstd)"));
        Assert.Equal(File.ReadAllBytes(one), File.ReadAllBytes(two));
        Assert.Equal(600_000, connection.Scalar<long>($"SELECT count(*) FROM {DuckSql.Parquet(one, two)}"));
    }

    [Fact]
    public void A_Parquet_file_cut_short_is_told_in_the_engines_words()
    {
        using var connection = duck.Database.Connect();
        var path = Path.Combine(duck.Folder, "cut.parquet");
        connection.Execute($"COPY (SELECT range AS n FROM range(100000)) TO {DuckSql.Text(path)} (FORMAT parquet)");
        using (var file = File.OpenWrite(path)) file.SetLength(file.Length / 2);
        var failure = Assert.Throws<DuckException>(() => connection.Scalar<long>($"SELECT count(*) FROM {DuckSql.Parquet(path)}"));
        Assert.Contains("Parquet", failure.Message, StringComparison.OrdinalIgnoreCase);
    }
}
