// The whole product from outside: how fast it starts, how much it holds, how long the demo takes, how fast a rollback is.
//   dotnet run -c Release --project bench/Loop
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var root = new DirectoryInfo(AppContext.BaseDirectory);
while (!File.Exists(Path.Combine(root!.FullName, "Takt.slnx"))) root = root.Parent;
var build = Process.Start(new ProcessStartInfo(Path.Combine(root.FullName, "tools", "build")) { RedirectStandardOutput = true })!;
var program = Path.Combine((await build.StandardOutput.ReadToEndAsync()).Trim(), "takt.dll");
var home = Directory.CreateTempSubdirectory("takt-bench-").FullName;
Console.WriteLine("| measure | value | goal | of the goal |");
Console.WriteLine("|---|---|---|---|");
try
{
    var (first, _) = await StartAsync("first");
    var (later, memory) = await StartAsync("later");
    Row("first start from an empty home until it answers", first, 4, "s");
    Row("later start", later, 1.5, "s");
    Row("control plane, resident, idle", memory["server"], 200, "MB");
    Row("data plane, resident, idle", memory["serve"], 150, "MB");

    var demo = JsonDocument.Parse(await RunAsync("demo", "--once", "--json")).RootElement;
    if (!demo.GetProperty("held").GetBoolean()) Console.Error.WriteLine("The demo did not hold: its figures are not shown.");
    else
    {
        var figures = demo.GetProperty("figures");
        double Figure(string name) => figures.GetProperty(name).GetDouble();
        Row("whole demo after the build", Figure("seconds"), 90, "s");
        Plain("replay, requests a second (client on the same two cores)", Figure("replay_requests_per_second"), "/s");
        Plain("replay, p50", Figure("replay_p50_ms"), "ms");
        Plain("replay, p99 of the worst day", Figure("replay_worst_day_p99_ms"), "ms");
        Plain("rollback: decisive evidence to the last bad answer", Figure("rollback_ms_after_evidence"), "ms");
        Plain("rollback: bad answers in all", Figure("rollback_bad_answers"), "");
    }
}
finally
{
    Directory.Delete(home, recursive: true);
}

async Task<(double Seconds, Dictionary<string, double> Memory)> StartAsync(string which)
{
    using var process = Start("up", "--port", "0", "--data-port", "0");
    var clock = Stopwatch.StartNew();
    using var http = new HttpClient();
    var state = Path.Combine(home, "takt.json");
    while (true)
    {
        if (process.HasExited) throw new InvalidOperationException($"'takt up' ended at the {which} start: {await process.StandardError.ReadToEndAsync()}");
        try
        {
            if (File.Exists(state) && JsonDocument.Parse(await File.ReadAllTextAsync(state)).RootElement is var now && (await http.GetAsync(new Uri(new Uri(now.GetProperty("url").GetString()!), "ready"))).IsSuccessStatusCode) break;
        }
        catch (Exception e) when (e is HttpRequestException or JsonException or IOException)
        {
            // not yet
        }
        await Task.Delay(5);
    }
    var seconds = clock.Elapsed.TotalSeconds;
    await Task.Delay(TimeSpan.FromSeconds(5)); // idle memory, when the start's garbage has gone
    var processes = JsonDocument.Parse(await File.ReadAllTextAsync(state)).RootElement.GetProperty("processes");
    var memory = new[] { "server", "serve" }.ToDictionary(name => name, name => ResidentMegabytes(processes.GetProperty(name).GetProperty("id").GetInt32()));
    using var stop = Process.Start("kill", ["-INT", process.Id.ToString(CultureInfo.InvariantCulture)]);
    await process.WaitForExitAsync();
    return (seconds, memory);
}

async Task<string> RunAsync(params string[] arguments)
{
    using var process = Start(arguments);
    process.ErrorDataReceived += (_, _) => { };
    process.BeginErrorReadLine();
    var text = await process.StandardOutput.ReadToEndAsync();
    await process.WaitForExitAsync();
    return text;
}

Process Start(params string[] arguments) => Process.Start(new ProcessStartInfo("dotnet", [program, .. arguments, "--home", home]) { RedirectStandardOutput = true, RedirectStandardError = true })!;

static double ResidentMegabytes(int process) =>
    File.ReadLines($"/proc/{process}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, var kilobytes, ..] ? double.Parse(kilobytes) / 1024 : 0;

static void Row(string what, double value, double goal, string unit) => Console.WriteLine($"| {what} | {value:0.##} {unit} | {goal:0.##} {unit} | {value / goal:0.00} |");

static void Plain(string what, double value, string unit) => Console.WriteLine($"| {what} | {value:0.##} {unit} | | |");
