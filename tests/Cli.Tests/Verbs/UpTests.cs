using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Takt.Kernel;
using Takt.Native.Posix;
using Takt.Supervisor;
using Takt.TestKit;

namespace Takt.Cli.Tests.Verbs;

/// <summary>The whole program as its user meets it: <c>takt up</c> as a process, the other verbs beside it.</summary>
public sealed class UpTests : IDisposable
{
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(90);
    private static readonly string program = Path.Combine(AppContext.BaseDirectory, "takt.dll");
    private readonly TestFolder folder = new();
    private readonly List<Process> started = [];

    private TaktHome Home => new(folder["home"]);

    public void Dispose()
    {
        foreach (var up in started)
        {
            if (!up.HasExited && ProcessControl.Signal(up.Id, PosixSignalNumber.Terminate)) up.WaitForExit(patience);
            up.Dispose();
        }

        folder.Dispose();
    }

    [Fact]
    public async Task Up_serves_and_Ctrl_C_leaves_no_process_behind()
    {
        var up = Start("up", "--port", "0", "--data-port", "0");
        var first = await UntilUpAsync(up);
        var running = RunningTakt.Read(Home)!;

        var status = await Called.With("status", "--home", Home.Folder);
        Assert.Equal(0, status.Code);
        Assert.Contains("answers", status.Output, StringComparison.Ordinal);
        Assert.NotEmpty((await Called.With("token", "show", "--home", Home.Folder)).Output.Trim());
        var verified = await Called.With("audit", "verify", "--home", Home.Folder, "--project", "default");
        Assert.True(verified.Code == 0, verified.Errors + verified.Output);

        Assert.Equal(0, FileWatches(running.Processes["server"].Id));
        await AuditOfAnExportAsync();
        await KilledChildrenComeBackAsync(running);

        running = RunningTakt.Read(Home)!;
        ProcessControl.Signal(up.Id, PosixSignalNumber.Interrupt);
        await up.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(patience, TestContext.Current.CancellationToken);
        Assert.Equal(0, up.ExitCode);
        Assert.All(running.Processes, process => Assert.False(process.Value.IsAlive, $"{process.Key} runs on"));
        Assert.Equal(1, (await Called.With("status", "--home", Home.Folder)).Code);
        Assert.NotNull(first);
    }

    [Fact]
    public async Task A_taken_port_is_one_line_and_exit_code_1()
    {
        using var taken = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        taken.Start();
        var port = ((System.Net.IPEndPoint)taken.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
        var up = Start("up", "--port", port);
        var errors = await up.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await up.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(1, up.ExitCode);
        Assert.StartsWith($"takt: Port {port} of 127.0.0.1 is taken", Assert.Single(errors.Trim().Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_home_that_cannot_be_made_is_one_line_and_exit_code_1()
    {
        await File.WriteAllTextAsync(folder["file"], "", TestContext.Current.CancellationToken);
        var up = Start("up", "--home", folder["file/home"]);
        var errors = await up.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await up.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(1, up.ExitCode);
        Assert.Contains("cannot be written", Assert.Single(errors.Trim().Split('\n')), StringComparison.Ordinal);
    }

    // The host once watched every folder of the disk for settings: a second of every start, 40 MB.
    private static int FileWatches(int process) => OperatingSystem.IsLinux()
        ? Directory.EnumerateFiles($"/proc/{process}/fdinfo").Sum(file => LinesOf(file).Count(line => line.StartsWith("inotify", StringComparison.Ordinal)))
        : 0;

    /// <summary>A descriptor may be closed between the listing and the look.</summary>
    private static string[] LinesOf(string file)
    {
        try
        {
            return File.ReadAllLines(file);
        }
        catch (FileNotFoundException)
        {
            return [];
        }
    }

    private async Task AuditOfAnExportAsync()
    {
        var export = folder["journal.jsonl"];
        var exported = await Called.With("audit", "export", export, "--home", Home.Folder, "--project", "default");
        Assert.True(exported.Code == 0, exported.Errors);
        Assert.Equal(0, (await Called.With("audit", "verify", export)).Code);

        var bytes = await File.ReadAllBytesAsync(export, TestContext.Current.CancellationToken);
        bytes[bytes.AsSpan().IndexOf("admin"u8)] ^= 1;
        await File.WriteAllBytesAsync(export, bytes, TestContext.Current.CancellationToken);
        var damaged = await Called.With("audit", "verify", export, "--json");
        Assert.Equal(1, damaged.Code);
        Assert.False(JsonDocument.Parse(damaged.Output).RootElement.GetProperty("isWhole").GetBoolean());
    }

    private async Task KilledChildrenComeBackAsync(RunningTakt running)
    {
        using var http = new HttpClient { Timeout = patience };
        foreach (var name in new[] { "serve", "postgres", "server" })
        {
            var before = running.Processes[name];
            ProcessControl.Signal(before.Id, PosixSignalNumber.Kill);
            var deadline = Stopwatch.GetTimestamp();
            while (RunningTakt.Read(Home)!.Processes[name] == before)
            {
                Assert.True(Stopwatch.GetElapsedTime(deadline) < patience, $"{name} was not started again");
                await Task.Delay(10, TestContext.Current.CancellationToken);
            }

            while ((await Called.With("status", "--home", Home.Folder)).Code != 0)
            {
                Assert.True(Stopwatch.GetElapsedTime(deadline) < patience, $"not all answer after {name} was killed");
                await Task.Delay(50, TestContext.Current.CancellationToken);
            }
        }
    }

    private Process Start(string verb, params string[] arguments)
    {
        var home = arguments.Contains("--home") ? Array.Empty<string>() : ["--home", Home.Folder];
        var process = Process.Start(new ProcessStartInfo("dotnet", [program, verb, .. home, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        started.Add(process);
        return process;
    }

    private static async Task<string> UntilUpAsync(Process up)
    {
        var line = await up.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(patience, TestContext.Current.CancellationToken);
        if (line is not null) return line;
        var errors = await up.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        if (errors.Contains("There is no PostgreSQL", StringComparison.Ordinal)) throw Missing.Infrastructure(errors);
        throw new InvalidOperationException(errors);
    }
}
