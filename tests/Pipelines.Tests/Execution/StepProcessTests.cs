using System.Diagnostics;
using Takt.Native.Posix;
using Takt.Pipelines.Execution;
using Takt.Pipelines.Runs;
using Takt.Pipelines.Specs;
using Takt.TestKit;

namespace Takt.Pipelines.Tests.Execution;

public sealed class StepProcessTests : IDisposable
{
    private readonly TestFolder folder = new();
    private readonly ProcessStarter starter = new();
    private readonly Sandbox sandbox = new();

    [Fact]
    public async Task Inside_there_is_no_network_nothing_to_write_to_but_the_folder_and_no_right_to_gain()
    {
        await NeedSandboxAsync();
        var secret = folder["secret"];
        File.WriteAllText(secret, "secret");
        Environment.SetEnvironmentVariable("TAKT_SECRET_OF_THE_SERVER", "secret");
        var (exit, said) = await RunAsync($"""
            echo x > out/made
            cat {secret} 2>&1
            touch /usr/x /etc/x "$HOME/../../y" 2>&1
            echo interfaces: $(tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d ' ')
            echo processes: $(ls /proc | grep -c '^[0-9]')
            env | grep SECRET
            unshare -U true 2>&1
            grep -E 'NoNewPrivs|CapEff' /proc/self/status
            id -u
            """);
        Assert.Equal(0, exit.Code);
        Assert.True(File.Exists(folder["step/out/made"]));
        Assert.False(File.Exists(folder["y"]));
        Assert.Contains($"cat: {secret}: No such file", said, StringComparison.Ordinal);
        Assert.Contains("interfaces: lo", said, StringComparison.Ordinal);
        Assert.DoesNotContain("SECRET", said, StringComparison.Ordinal);
        Assert.Contains("unshare failed", said, StringComparison.Ordinal);
        Assert.Contains("NoNewPrivs:\t1", said, StringComparison.Ordinal);
        Assert.Contains("CapEff:\t0000000000000000", said, StringComparison.Ordinal);
        if (PosixUser.IsRoot) Assert.EndsWith("10001", said.TrimEnd(), StringComparison.Ordinal);
        Assert.Equal("none", exit.Means["network"]);
        Assert.StartsWith("bubblewrap", exit.Means["sandbox"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task After_its_timeout_nothing_of_it_is_left()
    {
        await NeedSandboxAsync();
        var clock = Stopwatch.StartNew();
        var (exit, _) = await RunAsync("setsid sleep 998877 & sleep 998877", new StepLimits(TimeSpan.FromSeconds(0.5), 512));
        Assert.Contains("its timeout", exit.Killed, StringComparison.Ordinal);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(20));
        await NoneLeftAsync("998877");
    }

    [Fact]
    public async Task Cancelled_it_is_killed_with_all_it_started()
    {
        await NeedSandboxAsync();
        using var stop = new CancellationTokenSource();
        ProcessIdentity? process = null;
        var running = RunAsync("sleep 887766 & sleep 887766", null, Sandboxing.Required, started =>
        {
            process = started;
            stop.CancelAfter(200);
        }, stop.Token);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.NotNull(process);
        await NoneLeftAsync("887766");
    }

    [Fact]
    public async Task More_memory_than_allowed_is_not_given()
    {
        var (exit, said) = await RunAsync("exec /usr/bin/python3 -c 'x = bytearray(900 << 20)'", new StepLimits(TimeSpan.FromSeconds(20), 256), Sandboxing.WhereThereIsOne);
        Assert.NotEqual(0, exit.Code);
        Assert.Contains("MemoryError", said, StringComparison.Ordinal);
        Assert.Equal((256L << 20).ToString(), exit.Means["memory_bytes"]);
    }

    [Fact]
    public async Task Without_a_sandbox_it_runs_only_where_that_was_asked_for_and_says_so()
    {
        var (exit, said) = await RunAsync("id -u; grep NoNewPrivs /proc/self/status", null, Sandboxing.None);
        Assert.Equal(0, exit.Code);
        Assert.Equal("none", exit.Means["sandbox"]);
        Assert.Contains("NoNewPrivs:\t1", said, StringComparison.Ordinal);
        if (PosixUser.IsRoot) Assert.StartsWith("10001", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_leftover_of_an_earlier_server_is_ended_but_never_another_process_of_the_same_number()
    {
        using var left = Process.Start(new ProcessStartInfo("/bin/sleep", ["776655"]))!;
        var started = ProcessControl.StartTime(left.Id)!.Value;
        StepProcess.End(new ProcessIdentity(left.Id, started + 1));
        Assert.False(left.HasExited);
        StepProcess.End(new ProcessIdentity(left.Id, started));
        await left.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(137, left.ExitCode);
    }

    public void Dispose()
    {
        starter.Dispose();
        folder.Dispose();
    }

    private async Task NeedSandboxAsync()
    {
        if ((await sandbox.FindAsync()).Missing is { } missing) throw Missing.Infrastructure(missing);
    }

    private Task<(StepExit Exit, string Said)> RunAsync(string script, StepLimits? limits = null, Sandboxing sandboxing = Sandboxing.Required) =>
        RunAsync(script, limits, sandboxing, _ => { }, TestContext.Current.CancellationToken);

    private async Task<(StepExit Exit, string Said)> RunAsync(string script, StepLimits? limits, Sandboxing sandboxing, Action<ProcessIdentity> started, CancellationToken cancellationToken)
    {
        var work = folder["step"];
        foreach (var name in (string[])["in", "out", "home"]) Directory.CreateDirectory(Path.Combine(work, name));
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(folder.Path, (UnixFileMode)0b111_001_001);
        StepFolder.Hand(work);
        using var log = new StepLog(folder["log"]);
        var environment = new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin", ["HOME"] = Path.Combine(work, "home") };
        var exit = await new StepProcess(sandbox, starter, TimeProvider.System).RunAsync(
            new StepCommand(["/bin/sh", "-c", script], work, environment, [], limits ?? StepLimits.Default, sandboxing), log, process =>
            {
                started(process);
                return Task.CompletedTask;
            }, cancellationToken);
        return (exit, await File.ReadAllTextAsync(folder["log"], cancellationToken));
    }

    private static async Task NoneLeftAsync(string argument)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (Directory.EnumerateDirectories("/proc").Any(p => Line(p).Contains(argument, StringComparison.Ordinal))) await Task.Delay(20, deadline.Token);
    }

    private static string Line(string process)
    {
        try
        {
            return char.IsAsciiDigit(process[^1]) ? File.ReadAllText(Path.Combine(process, "cmdline")) : "";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
