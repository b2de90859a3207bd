namespace Takt.Native.DuckDb.Tests;

public sealed class DuckQueryTests(DuckFixture duck) : IClassFixture<DuckFixture>
{
    [Fact]
    public void Every_type_is_read_as_its_value()
    {
        using var connection = duck.Database.Connect();
        var row = Assert.Single(connection.Rows("""
            SELECT true, 1::TINYINT, 2::SMALLINT, 3::INTEGER, 4::BIGINT, 5::UBIGINT, 6::HUGEINT, 1.5::FLOAT, 2.5::DOUBLE, 12.345::DECIMAL(9,3), -0.1::DECIMAL(38,10),
                   DATE '2001-02-03', TIMESTAMP '2001-02-03 04:05:06.789', TIMESTAMP_S '1969-12-31 23:59:59', 'short', 'a text of more than twelve bytes: Zürich',
                   'ab'::BLOB, [1, NULL, 3], NULL
            """));
        Assert.Equal([true, (sbyte)1, (short)2, 3, 4L, 5UL, (Int128)6, 1.5f, 2.5, 12.345m, -0.1m,
            new DateOnly(2001, 2, 3), new DateTimeOffset(2001, 2, 3, 4, 5, 6, 789, TimeSpan.Zero), new DateTimeOffset(1969, 12, 31, 23, 59, 59, TimeSpan.Zero),
            "short", "a text of more than twelve bytes: Zürich", "ab"u8.ToArray(), new object?[] { 1, null, 3 }, null], row);
    }

    [Fact]
    public void Parameters_are_values_and_never_SQL()
    {
        using var connection = duck.Database.Connect();
        var row = Assert.Single(connection.Rows("SELECT $1::VARCHAR, $2::BIGINT, $3::DOUBLE, $4::BOOLEAN, $5::TIMESTAMP, $6::VARCHAR, $7::VARCHAR", default,
            "'; DROP TABLE x; --", 42L, 0.5, true, new DateTimeOffset(2020, 1, 2, 3, 4, 5, TimeSpan.FromHours(1)), null, ""));
        Assert.Equal(["'; DROP TABLE x; --", 42L, 0.5, true, new DateTimeOffset(2020, 1, 2, 2, 4, 5, TimeSpan.Zero), null, ""], row);
        Assert.Throws<DuckException>(() => connection.Scalar<long>("SELECT $1::BIGINT + $2::BIGINT", 1));
    }

    [Fact]
    public void A_stream_gives_every_row_with_its_nulls()
    {
        using var connection = duck.Database.Connect();
        using var result = connection.Query("SELECT range AS n, CASE WHEN range % 3 = 0 THEN NULL ELSE 'row ' || range END AS t FROM range(100000)");
        Assert.Equal([("n", DuckType.BigInt), ("t", DuckType.Varchar)], result.Columns.Select(c => (c.Name, c.Type)));
        long rows = 0, sum = 0, nulls = 0, bytes = 0;
        while (result.Next())
        {
            var numbers = result.Column(0).Span<long>();
            var texts = result.Column(1);
            for (var row = 0; row < result.Rows; row++)
            {
                sum += numbers[row];
                if (texts.IsNull(row)) nulls++;
                else bytes += texts.Utf8(row).Length;
            }
            rows += result.Rows;
        }
        Assert.Equal((100_000, 4_999_950_000, 33_334), (rows, sum, nulls));
        Assert.Equal(Enumerable.Range(0, 100_000).Where(i => i % 3 != 0).Sum(i => $"row {i}".Length), bytes);
    }

    [Fact]
    public void Reading_allocates_nothing_for_a_row()
    {
        using var connection = duck.Database.Connect();
        Read(1_000); // the first call compiles
        var few = Read(10_000);
        var many = Read(2_000_000);
        Assert.InRange(many - few, 0, 64);

        long Read(int rows)
        {
            using var result = connection.Query("SELECT range AS n, range / 7 AS d, 'text number ' || range AS t FROM range($1)", rows);
            var before = GC.GetAllocatedBytesForCurrentThread();
            double sum = 0;
            while (result.Next())
            {
                var n = result.Column(0).Span<long>();
                var d = result.Column(1).Span<double>();
                var texts = result.Column(2);
                for (var row = 0; row < result.Rows; row++) sum += n[row] + d[row] + texts.Utf8(row).Length;
            }
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    [Fact]
    public void An_error_is_told_in_the_engines_words_also_in_the_midst_of_a_stream()
    {
        using var connection = duck.Database.Connect();
        Assert.Contains("nowhere", Assert.Throws<DuckException>(() => connection.Query("SELECT * FROM nowhere")).Message, StringComparison.Ordinal);
        using var result = connection.Query("SELECT CASE WHEN range = 500000 THEN error('it broke here') ELSE range END FROM range(1000000)");
        var failure = Assert.Throws<DuckException>(() => { while (result.Next()) { } });
        Assert.Contains("it broke here", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_span_of_another_type_is_refused()
    {
        using var connection = duck.Database.Connect();
        using var result = connection.Query("SELECT 1::INTEGER AS n");
        Assert.True(result.Next());
        Assert.Throws<DuckException>(() => result.Column(0).Span<float>().Length);
        Assert.Throws<DuckException>(() => result.Column(0).Span<long>().Length);
        Assert.Equal(1, result.Column(0).Span<int>()[0]);
    }

    [Fact]
    public void A_cancelled_query_stops()
    {
        using var connection = duck.Database.Connect();
        using var deadline = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        Assert.Throws<OperationCanceledException>(() => connection.Rows("SELECT count(*) FROM range(1000000000000) WHERE hash(range) = 1", deadline.Token));
        using var second = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        Assert.Throws<OperationCanceledException>(() => connection.Execute("CREATE TABLE long_work AS SELECT sum(hash(range)) FROM range(1000000000000)", second.Token));
        Assert.Equal(1, connection.Scalar<int>("SELECT 1"));
    }

    [Fact]
    public void Statements_are_counted_and_named()
    {
        using var connection = duck.Database.Connect();
        Assert.Equal(1, connection.CountStatements("SELECT 1"));
        Assert.Equal(2, connection.CountStatements("SELECT 1; DROP TABLE x"));
        Assert.Throws<DuckException>(() => connection.CountStatements("SELEKT 1"));
        using var select = connection.Prepare("SELECT 1");
        Assert.Equal(DuckStatementType.Select, select.Type);
        using var create = connection.Prepare("CREATE TABLE made_by_name (n INT)");
        Assert.Equal(DuckStatementType.Create, create.Type);
    }

    [Fact]
    public void Whole_numbers_convert_where_they_fit()
    {
        using var connection = duck.Database.Connect();
        Assert.Equal(3, connection.Scalar<long>("SELECT sum(x) FROM (VALUES (1), (2)) t(x)"));
        Assert.Equal(1.5, connection.Scalar<double>("SELECT 1.5"));
        Assert.Null(connection.Scalar<double?>("SELECT NULL::DOUBLE"));
        Assert.Equal(0.5, connection.Scalar<double?>("SELECT 0.5::DOUBLE"));
    }
}
