using System.Diagnostics;
using System.Globalization;
using Takt.Native.OnnxRuntime;

namespace Takt.Bench.Serving;

/// <summary>Measures, one after another in one run, and prints: figures of different runs or machines are not to be compared, ratios are.</summary>
internal static class Table
{
    public static async Task<int> PrintAsync(double seconds)
    {
        var work = Directory.CreateTempSubdirectory("takt-bench-serving-").FullName;
        var model = ForestModel.Make();
        Console.WriteLine($"ONNX Runtime {OnnxModel.EngineVersion}, forest of 100 trees, {Environment.ProcessorCount} cores, {seconds:0.#} s each");
        var raw = Raw(model, seconds / 2);
        Console.WriteLine($"the engine alone, one thread: {raw:N0} rows/s, {1e6 / raw:0.0} us a row");
        Console.WriteLine();
        Console.WriteLine("| server | rows | connections | requests/s | p50 ms | p99 ms | processor us a request | of echo |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|");
        foreach (var (rows, connections) in new[] { (1, 1), (1, 8), (1, 64), (100, 8) })
        {
            var requests = Bodies.Requests(rows);
            var ready = Path.Combine(work, $"echo-{rows}-{connections}");
            using var echoProcess = Start("be-echo", ready);
            var echo = Load.Run(await ReadyAsync(ready), requests, connections, seconds, echoProcess);
            echoProcess.Kill();
            Row("Kestrel echo", rows, connections, echo, echo);
            Row("Takt", rows, connections, await TaktAsync(work, model, requests, connections, seconds, shadow: false, flush: false), echo);
            if ((rows, connections) != (1, 64)) continue;
            Row("Takt, everything copied to a shadow", rows, connections, await TaktAsync(work, model, requests, connections, seconds, shadow: true, flush: false), echo);
            Row("Takt, log flushed before the answer", rows, connections, await TaktAsync(work, model, requests, connections, seconds, shadow: false, flush: true), echo);
        }
        Directory.Delete(work, recursive: true);
        return 0;
    }

    public static async Task<int> OneAsync(double seconds, int connections)
    {
        var work = Directory.CreateTempSubdirectory("takt-bench-serving-").FullName;
        var figures = await TaktAsync(work, ForestModel.Make(), Bodies.Requests(1), connections, seconds, shadow: false, flush: false);
        Row("Takt", 1, connections, figures, figures);
        Directory.Delete(work, recursive: true);
        return 0;
    }

    private static async Task<Figures> TaktAsync(string work, byte[] model, byte[][] requests, int connections, double seconds, bool shadow, bool flush)
    {
        var folder = Directory.CreateDirectory(Path.Combine(work, Guid.CreateVersion7().ToString("N"))).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "token"), "any");
        await using var control = await DataPlaneProcess.ControlAsync(model, shadow, flush);
        using var process = Start("be-data-plane", folder, control.Urls.First());
        var url = await ReadyAsync(Path.Combine(folder, "ready"));
        using (var client = new HttpClient())
            while (!(await client.GetAsync($"{url}/v2/health/ready")).IsSuccessStatusCode) await Task.Delay(20);
        var figures = Load.Run(url, requests, connections, seconds, process);
        process.Refresh();
        Console.Error.WriteLine($"  resident {process.WorkingSet64 >> 20} MB");
        process.Kill();
        await process.WaitForExitAsync();
        return figures;
    }

    private static double Raw(byte[] model, double seconds)
    {
        using var loaded = OnnxModel.Load(model);
        using var lane = loaded.CreateLane(1);
        var runs = 0L;
        var started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started).TotalSeconds < seconds)
        {
            Bodies.Rows[runs++ % Bodies.Rows.Length].CopyTo(lane.Input(0).Span<float>());
            lane.Run();
        }
        return runs / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static void Row(string name, int rows, int connections, Figures f, Figures echo) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"| {name} | {rows} | {connections} | {f.Rate:N0} | {f.P50:0.00} | {f.P99:0.00} | {f.Processor:0.0} | {f.Rate / echo.Rate:P0}{(f.Failed > 0 ? $" ({f.Failed} FAILED)" : "")} |"));

    private static Process Start(params string[] arguments) =>
        Process.Start(new ProcessStartInfo(Environment.ProcessPath!, arguments) { RedirectStandardOutput = true, Environment = { ["DOTNET_TieredPGO"] = "0" } })!;

    private static async Task<string> ReadyAsync(string file)
    {
        while (!File.Exists(file)) await Task.Delay(20);
        return await File.ReadAllTextAsync(file);
    }
}
