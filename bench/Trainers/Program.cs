// Trains on six months of flights and prints what each step cost, against the least that reading the same columns can cost.
//   dotnet run -c Release --project bench/Trainers -- [flights.parquet] [cutoff]
using System.Diagnostics;
using System.Globalization;
using Takt.Native.DuckDb;
using Takt.Trainers;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var data = args.Length > 0 ? args[0] : Path.Combine(".build", "engines", "flights-3m.parquet");
if (!File.Exists(data))
{
    Console.Error.WriteLine($"{data} does not exist: build once in the repository's root (it comes with the engines), or name the file.");
    return 1;
}
string[] cutoffs = args.Length > 1 ? [args[1]] : ["2001-02-01", "2001-03-01"];
Console.WriteLine($"{Environment.ProcessorCount} processors; {data}");
Console.WriteLine();
Console.WriteLine("| model | rows | one pass over the columns (DuckDB, CPU) | read | train + refit | CPU | all | rows/s of CPU | CPU / pass | validation log loss | model |");
Console.WriteLine("|---|---|---|---|---|---|---|---|---|---|---|");
var folder = Directory.CreateTempSubdirectory("takt-bench-").FullName;
foreach (var cutoff in cutoffs)
{
    var before = DateTimeOffset.Parse(cutoff, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
    foreach (var algorithm in (Algorithm[])[Algorithm.Logistic, Algorithm.BoostedTrees])
    {
        var spec = new TrainingSpec
        {
            Data = [data],
            Time = "date",
            Cutoff = before,
            Label = "delay > 15",
            Algorithm = algorithm,
            Features =
            [
                new FeatureSpec { Name = "hour", Sql = "hour(date)", Kind = FeatureKind.Level },
                new FeatureSpec { Name = "weekday", Sql = "dayofweek(date)", Kind = FeatureKind.Level },
                new FeatureSpec { Name = "distance", Type = InputType.Float },
                new FeatureSpec { Name = "origin", Kind = FeatureKind.Category },
                new FeatureSpec { Name = "destination", Kind = FeatureKind.Category },
            ],
        };
        var pass = Pass(data, cutoff);
        var marks = new Marks();
        var watch = Stopwatch.StartNew();
        var report = TrainStep.Run(spec, Path.Combine(folder, $"{algorithm}-{cutoff}"), marks);
        var all = watch.Elapsed.TotalSeconds;
        var rows = report.Train.Rows + report.Validation.Rows;
        var trained = marks["refit"] - marks["read"];
        var bytes = new FileInfo(Path.Combine(folder, $"{algorithm}-{cutoff}", "model.onnx")).Length;
        Console.WriteLine($"| {algorithm} | {rows:N0} | {pass:0.00} s | {marks["read"]:0.00} s | {trained:0.00} s | {marks.Cpu("read", "refit"):0.00} s | {all:0.00} s | {(rows + report.Train.Rows) / marks.Cpu("read", "refit"):N0} | {marks.Cpu("read", "refit") / pass:0} | {report.Validation.LogLoss:0.0000} | {bytes / 1024.0:0} KiB |");
    }
}
Directory.Delete(folder, recursive: true);
return 0;

// The least that any trainer must do: decode these columns of these rows once, on all cores.
static double Pass(string data, string cutoff)
{
    using var database = DuckDatabase.OpenInMemory(new DuckLimits { Files = [Path.GetFullPath(data)] });
    using var connection = database.Connect();
    var before = Environment.CpuUsage.TotalTime;
    _ = connection.Rows($"SELECT count(*), sum(hour(date)), sum(dayofweek(date)), sum(distance), max(origin), max(destination), sum((delay > 15)::INT) FROM {DuckSql.Parquet(Path.GetFullPath(data))} WHERE date < TIMESTAMP {DuckSql.Text(cutoff)}");
    return (Environment.CpuUsage.TotalTime - before).TotalSeconds;
}

internal sealed class Marks : IProgress<TrainingProgress>
{
    private readonly Stopwatch watch = Stopwatch.StartNew();
    private readonly Dictionary<string, double> last = [];

    private readonly Dictionary<string, double> cpu = [];

    public double this[string phase] => last[phase];

    /// <summary>Seconds of processor time between the ends of two phases, over all cores: what a busy machine cannot blur.</summary>
    public double Cpu(string from, string to) => cpu[to] - cpu[from];

    public void Report(TrainingProgress value)
    {
        last[value.Phase] = watch.Elapsed.TotalSeconds;
        cpu[value.Phase] = Environment.CpuUsage.TotalTime.TotalSeconds;
        if (Environment.GetEnvironmentVariable("VERBOSE") == "1") Console.Error.WriteLine($"{last[value.Phase]:0.00} (CPU {cpu[value.Phase]:0.00}) {value.Phase} {value.Message}");
    }
}
