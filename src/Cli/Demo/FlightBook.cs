using Takt.Native.DuckDb;

namespace Takt.Cli.Demo;

/// <summary>The world outside Takt in the demo: three million real flights, out of which an airport's systems deliver records and ask for predictions.</summary>
internal sealed class FlightBook : IDisposable
{
    private readonly DuckDatabase database;
    private readonly DuckConnection connection;
    private readonly string source;

    public FlightBook(string source, string folder)
    {
        this.source = source;
        database = DuckDatabase.OpenInMemory(new DuckLimits { Folders = [Path.GetDirectoryName(source)!, folder], MemoryMegabytes = 1024, TempFolder = folder });
        connection = database.Connect();
    }

    /// <summary>The records of the flights in [from, to), as a Parquet file, in time order.</summary>
    public long Write(DateTime from, DateTime to, string path) => Copy(path, $"SELECT * FROM {Rows(from, to)} ORDER BY date, origin, destination, delay");

    /// <summary>The same records as a careless export would bring them: distances in kilometres, every tenth origin lost.</summary>
    public long WriteBroken(DateTime from, DateTime to, string path) => Copy(path, $"""
        SELECT date, delay, CAST(round(distance * 1.609344) AS INTEGER) AS distance,
               CASE WHEN hash(date, destination, delay) % 10 = 0 THEN '' ELSE origin END AS origin, destination
        FROM {Rows(from, to)} ORDER BY date, origin, destination, delay
        """);

    /// <summary>Every <paramref name="nth"/> flight of [from, to), in time order.</summary>
    public IReadOnlyList<Flight> Read(DateTime from, DateTime to, int nth)
    {
        var flights = new List<Flight>();
        using var result = connection.Query($"""
            SELECT epoch_us(date), CAST(hour(date) AS BIGINT), CAST(dayofweek(date) AS BIGINT), CAST(distance AS DOUBLE), origin, destination, CAST(delay AS BIGINT)
            FROM {Rows(from, to)} WHERE hash(date, origin, destination, delay, distance) % {nth} = 0 ORDER BY date, origin, destination, delay
            """);
        while (result.Next())
        {
            for (var row = 0; row < result.Rows; row++)
                flights.Add(new Flight(
                    DateTime.UnixEpoch.AddMicroseconds(result.Column(0).Span<long>()[row]), result.Column(1).Span<long>()[row], result.Column(2).Span<long>()[row],
                    result.Column(3).Span<double>()[row], result.Column(4).Text(row)!, result.Column(5).Text(row)!, result.Column(6).Span<long>()[row] > 15));
        }
        return flights;
    }

    public void Dispose()
    {
        connection.Dispose();
        database.Dispose();
    }

    private long Copy(string path, string select) => connection.Execute($"COPY ({select}) TO '{path.Replace("'", "''", StringComparison.Ordinal)}' (FORMAT parquet, COMPRESSION zstd)");

    private string Rows(DateTime from, DateTime to) =>
        $"(FROM read_parquet('{source.Replace("'", "''", StringComparison.Ordinal)}') WHERE date >= TIMESTAMP '{from:yyyy-MM-dd HH:mm:ss}' AND date < TIMESTAMP '{to:yyyy-MM-dd HH:mm:ss}')";
}

/// <summary>One flight, as the booking system asks about it, and what became of it.</summary>
/// <param name="Distance">Miles.</param>
/// <param name="Late">It left more than 15 minutes late.</param>
internal sealed record Flight(DateTime At, long Hour, long Weekday, double Distance, string Origin, string Destination, bool Late);
