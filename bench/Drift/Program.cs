// What a look costs: a window of ROWS rows with 14 numbers and 4 categories (one with 1,000 values), its truth joined by request id, against a reference of a
// tenth of that. Prints a table. dotnet run -c Release --project bench/Drift -- [ROWS, default 1000000]
using System.Diagnostics;
using System.Globalization;
using Takt.Monitoring;
using Takt.Native.DuckDb;

var rows = args.Length > 0 ? long.Parse(args[0], CultureInfo.InvariantCulture) : 1_000_000;
var folder = Directory.CreateTempSubdirectory("takt-bench-drift-").FullName;
try
{
    using var database = DuckDatabase.OpenInMemory(new DuckLimits { Folders = [folder], MemoryMegabytes = 2048, TempFolder = folder });
    using var connection = database.Connect();
    string reference = Path.Combine(folder, "reference.parquet"), segment = Path.Combine(folder, "segment.parquet"), truth = Path.Combine(folder, "truth.parquet");
    var inputs = string.Join(", ", Enumerable.Range(0, 14).Select(i => $"CAST(sqrt(-2 * ln(random() + 1e-12)) * cos(6.283185 * random()) AS FLOAT) AS in_n{i}")
        .Concat(new[] { 3, 10, 100, 1000 }.Select((k, i) => $"'c' || CAST(floor(random() * random() * {k}) AS INTEGER) AS in_c{i}")));
    connection.Execute(string.Create(CultureInfo.InvariantCulture, $"""
        SELECT setseed(0.5);
        COPY (SELECT TIMESTAMP '2026-01-01' + INTERVAL (i * 7 * 86400 // {rows / 10}) SECOND AS event_time, random() AS score, CAST(random() < 0.3 AS INTEGER) AS label, {inputs} FROM range({rows / 10}) AS t(i)) TO '{reference}' (FORMAT parquet, COMPRESSION zstd);
        COPY (SELECT printf('%032x', i) AS request_id, 1 AS revision, false AS shadow, 200 AS status, TIMESTAMP '2026-02-05' + INTERVAL (i * 7 * 86400 // {rows}) SECOND AS event_time, CAST(random() AS FLOAT) AS score, {inputs} FROM range({rows}) AS t(i)) TO '{segment}' (FORMAT parquet, COMPRESSION zstd);
        COPY (SELECT printf('%032x', i) AS request_id, CAST(random() < 0.3 AS DOUBLE) AS label, TIMESTAMP '2026-02-05' + INTERVAL (i * 7 * 86400 // {rows}) SECOND AS event_time, TIMESTAMP '2026-02-13' AS arrived_at FROM range({rows}) AS t(i)) TO '{truth}' (FORMAT parquet, COMPRESSION zstd)
        """));
    var spec = new MonitorSpec("bench", "bench", TimeSpan.FromDays(7), 500, 0.01, 0.1, 0.02, 0.03);
    var from = new DateTimeOffset(2026, 2, 5, 0, 0, 0, TimeSpan.Zero);

    Console.WriteLine($"{rows:N0} rows, 18 inputs, 7 days; {Environment.ProcessorCount} cores");
    Console.WriteLine($"{"",-34} {"wall s",8} {"CPU s",8}");
    var profile = Measured("reference's profile, once", () => ReferenceProfile.Make(connection, reference, 86_400, CancellationToken.None));
    var current = Measured("window's profile, without truth", () => WindowProfile.Make(connection, profile, new WindowProfile.Source([segment], [], 1, from, from.AddDays(7)), CancellationToken.None));
    current = Measured("window's profile, truth joined", () => WindowProfile.Make(connection, profile, new WindowProfile.Source([segment], [truth], 1, from, from.AddDays(7)), CancellationToken.None));
    var look = Measured("all tests, days dealt 3,432 ways", () => Look.At(spec, from, from.AddDays(7), 1, "bench/1", profile, current, truth: true));
    Console.WriteLine($"resident {Environment.WorkingSet / 1048576:N0} MB; {look.Kinds.Sum(k => k.Findings.Count)} findings, {look.Kinds.Count(k => k.Flagged)} kinds flagged; parquet {new FileInfo(segment).Length / 1048576:N0} MB");
}
finally
{
    Directory.Delete(folder, recursive: true);
}

static T Measured<T>(string what, Func<T> work)
{
    using var process = Process.GetCurrentProcess();
    var (cpu, begin) = (process.TotalProcessorTime, Stopwatch.GetTimestamp());
    var result = work();
    process.Refresh();
    Console.WriteLine($"{what,-34} {Stopwatch.GetElapsedTime(begin).TotalSeconds,8:0.00} {(process.TotalProcessorTime - cpu).TotalSeconds,8:0.00}");
    return result;
}
