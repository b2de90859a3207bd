using System.Globalization;
using Takt.Native.DuckDb;
using Takt.TestKit;

namespace Takt.Monitoring.Tests;

/// <summary>
/// The real flights, with the plainest model there is: the share of late flights by hour, and by weekday, multiplied as odds; learnt from January 1 to 24. It writes a reference (January 25 to 31) and an inference log
/// with its truth (from February 1) as Serving and the trainers do.
/// </summary>
public sealed class Flights : IDisposable
{
    private readonly TestFolder folder = new();

    public Flights()
    {
        var source = Path.Combine(SharedData.Repository, ".build", "engines", "flights-3m.parquet");
        if (!File.Exists(source)) throw Missing.Infrastructure("The flights are not here: build the engines first.");
        Database = DuckDatabase.OpenInMemory(new DuckLimits { Folders = [Path.GetDirectoryName(source)!, folder.Path], MemoryMegabytes = 1024, Threads = 2 });
        Connection = Database.Connect();
        Connection.Execute(string.Create(CultureInfo.InvariantCulture, $"""
            CREATE TABLE f AS SELECT date AS event_time, CAST(hour(date) AS INTEGER) AS hour, CAST(isodow(date) AS INTEGER) AS weekday, CAST(distance AS FLOAT) AS distance, origin, CAST(delay > 15 AS INTEGER) AS label,
                row_number() OVER (ORDER BY date, origin, destination, distance, delay) AS number
            FROM read_parquet({DuckSql.Text(source)}) WHERE date < TIMESTAMP '2001-03-15';
            CREATE TABLE a AS SELECT avg(label) AS rate FROM f WHERE event_time < TIMESTAMP '2001-01-25';
            CREATE TABLE h AS SELECT hour, (sum(label) + 50 * any_value(rate)) / (count(*) + 50) AS rate FROM f, a WHERE event_time < TIMESTAMP '2001-01-25' GROUP BY hour;
            CREATE TABLE w AS SELECT weekday, (sum(label) + 50 * any_value(rate)) / (count(*) + 50) AS rate FROM f, a WHERE event_time < TIMESTAMP '2001-01-25' GROUP BY weekday;
            CREATE TABLE s AS SELECT f.*, 1 / (1 + exp(-(ln(h.rate / (1 - h.rate)) + ln(w.rate / (1 - w.rate)) - ln(a.rate / (1 - a.rate))))) AS score FROM f JOIN h USING (hour) JOIN w USING (weekday), a;
            """));
    }

    public DuckDatabase Database { get; }

    public DuckConnection Connection { get; }

    /// <summary>Scored rows of January from the 25th (or an earlier day), as a trainer writes them.</summary>
    public string Reference(int fromDay = 25)
    {
        var path = folder[$"reference-{fromDay}.parquet"];
        Connection.Execute(string.Create(CultureInfo.InvariantCulture, $"""
            COPY (SELECT event_time, hour AS in_hour, weekday AS in_weekday, distance AS in_distance, origin AS in_origin, score, label FROM s
                WHERE event_time >= TIMESTAMP '2001-01-01' + INTERVAL {fromDay - 1} DAY AND event_time < TIMESTAMP '2001-02-01' AND number % 4 = 0) TO '{path}' (FORMAT parquet)
            """));
        return path;
    }

    /// <summary>One in eight flights from February 1, asked and answered, and their truth.</summary>
    public (string Segment, string Truth) Log(string until = "2001-03-15")
    {
        string segment = folder[$"segment-{until}.parquet"], truth = folder[$"truth-{until}.parquet"];
        Connection.Execute($"""
            COPY (SELECT printf('%032x', number) AS request_id, NULL::VARCHAR AS caller_id, 'flight-late' AS deployment, 1 AS revision, 'flight-late/1' AS model_version, '' AS model_digest, false AS shadow,
                    event_time AS received_at, event_time, 900::BIGINT AS latency_us, 200 AS status, CAST(score AS FLOAT) AS score,
                    hour AS in_hour, weekday AS in_weekday, distance AS in_distance, origin AS in_origin
                FROM s WHERE event_time >= TIMESTAMP '2001-02-01' AND event_time < TIMESTAMP '{until}' AND number % 8 = 0) TO '{segment}' (FORMAT parquet);
            COPY (SELECT printf('%032x', number) AS request_id, CAST(label AS DOUBLE) AS label, event_time, event_time AS arrived_at
                FROM s WHERE event_time >= TIMESTAMP '2001-02-01' AND event_time < TIMESTAMP '{until}' AND number % 8 = 0) TO '{truth}' (FORMAT parquet)
            """);
        return (segment, truth);
    }

    public void Dispose()
    {
        Connection.Dispose();
        Database.Dispose();
        folder.Dispose();
    }
}
