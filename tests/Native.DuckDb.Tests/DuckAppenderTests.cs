namespace Takt.Native.DuckDb.Tests;

public sealed class DuckAppenderTests(DuckFixture duck) : IClassFixture<DuckFixture>
{
    [Fact]
    public void Rows_are_appended_with_every_type()
    {
        using var connection = duck.Database.Connect();
        connection.Execute("CREATE TABLE appended (b BOOLEAN, i INTEGER, l BIGINT, d DOUBLE, t TIMESTAMP, s VARCHAR)");
        var longText = new string('ü', 1000);
        using (var appender = connection.Append("appended"))
        {
            for (var i = 0; i < 5000; i++)
            {
                appender.Append(i % 2 == 0);
                appender.Append((long)i);
                appender.Append(i * 10_000_000_000L);
                appender.Append(i / 4.0);
                appender.Append(DateTimeOffset.UnixEpoch.AddSeconds(i));
                appender.Append((i % 3) switch { 0 => null, 1 => "", _ => longText });
                appender.EndRow();
            }
            appender.Complete();
        }
        var row = Assert.Single(connection.Rows("SELECT count(*), sum(i), max(l), sum(d), max(t), count(s), max(length(s)), count(*) FILTER (s = '') FROM appended"));
        Assert.Equal([5000L, (Int128)12_497_500, 49_990_000_000_000L, 3_124_375.0, DateTimeOffset.UnixEpoch.AddSeconds(4999), 3333L, 1000L, 1667L], row);
    }

    [Fact]
    public void A_table_that_is_not_there_is_named()
    {
        using var connection = duck.Database.Connect();
        Assert.Contains("not_there", Assert.Throws<DuckException>(() => connection.Append("not_there")).Message, StringComparison.Ordinal);
    }
}
