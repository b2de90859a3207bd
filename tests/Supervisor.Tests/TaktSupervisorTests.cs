using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Takt.Kernel;
using Takt.Native.Posix;
using Takt.TestKit;

namespace Takt.Supervisor.Tests;

public sealed class TaktSupervisorTests : IDisposable
{
    private readonly TestFolder folder = new();

    private TaktHome Home => new(folder["home"]);

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Everything_starts_answers_and_leaves_no_process_behind()
    {
        var running = await Running.UpAsync(Home, prepared: false);
        Assert.Equal("takt", await running.AskServerAsync("/database"));
        Assert.Equal("OK", await running.AskDataPlaneAsync("/v2/health/live"));
        var processes = running.Now.Processes;
        Assert.Equal(["postgres", "serve", "server", "supervisor"], processes.Keys.Order(StringComparer.Ordinal));

        await running.DisposeAsync();
        Assert.All(processes.Where(process => process.Key != "supervisor"), process => Assert.False(process.Value.IsAlive, $"{process.Key} runs on"));
        Assert.False(File.Exists(Home.StateFile));
    }

    [Fact]
    public async Task A_data_plane_killed_with_9_answers_again_from_another_process_on_the_same_port()
    {
        await using var running = await Running.UpAsync(Home);
        var before = running.Now.Processes["serve"];
        ProcessControl.Signal(before.Id, PosixSignalNumber.Kill);
        var after = await Running.UntilAsync(() => running.AskDataPlaneAsync("/process"), process => process != before.Id.ToString(CultureInfo.InvariantCulture));
        Assert.True(int.Parse(after, CultureInfo.InvariantCulture) > 0);
        Assert.Contains(running.News, news => news is { Who: "serve", IsTrouble: true });
    }

    [Fact]
    public async Task While_a_child_is_away_nobody_is_refused()
    {
        await using var running = await Running.UpAsync(Home);
        for (var i = 0; i < 3; i++)
        {
            var before = running.Now.Processes["serve"];
            ProcessControl.Signal(before.Id, PosixSignalNumber.Kill);
            await Running.UntilAsync(() => Task.FromResult(running.Now.Processes["serve"] != before ? "gone" : ""), answer => answer == "gone");
            // A new connection now waits in the supervisor's socket until the next child takes it.
            Assert.Equal("OK", await running.AskDataPlaneAsync("/v2/health/live"));
        }
    }

    [Fact]
    public async Task Postgres_killed_with_9_comes_back_by_itself()
    {
        await using var running = await Running.UpAsync(Home);
        var before = running.Now.Processes["postgres"];
        ProcessControl.Signal(before.Id, PosixSignalNumber.Kill);
        await Running.UntilAsync(() => Task.FromResult(running.Now.Processes["postgres"] != before ? "new" : ""), answer => answer == "new");
        await Running.UntilAsync(() => running.AskServerAsync("/database"), answer => answer == "takt");
    }

    [Fact]
    public async Task A_supervisor_killed_with_9_leaves_all_serving_and_the_next_one_takes_them_over()
    {
        int[] ports = [FreePort(), FreePort()];
        using var first = Process.Start(new ProcessStartInfo("dotnet", [Running.StandIn, "up", Home.Folder, .. ports.Select(port => port.ToString(CultureInfo.InvariantCulture))]) { RedirectStandardOutput = true })!;
        var said = await first.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
        if (said is null) throw Missing.Infrastructure("The stand-in did not start: no PostgreSQL?");
        var processes = RunningTakt.Read(Home)!.Processes;
        first.Kill();
        await first.WaitForExitAsync(TestContext.Current.CancellationToken);

        using var http = new HttpClient();
        Assert.Equal("OK", await http.GetStringAsync(new Uri($"http://127.0.0.1:{ports[1]}/v2/health/live"), TestContext.Current.CancellationToken));

        var second = await Running.UpAsync(Home, port: null, dataPort: null);
        Assert.Equal((ports[0], ports[1]), (second.Takt.Url.Port, second.Takt.DataPlaneUrl.Port));
        foreach (var name in new[] { "server", "serve", "postgres" }) Assert.Equal(processes[name], second.Now.Processes[name]);

        // What it took over it also keeps alive, on the port it could not listen on before.
        ProcessControl.Signal(processes["serve"].Id, PosixSignalNumber.Kill);
        await Running.UntilAsync(() => second.AskDataPlaneAsync("/process"), process => process != processes["serve"].Id.ToString(CultureInfo.InvariantCulture));

        var last = second.Now.Processes;
        await second.DisposeAsync();
        Assert.All(last.Where(process => process.Key != "supervisor"), process => Assert.False(process.Value.IsAlive, $"{process.Key} runs on"));
    }

    [Fact]
    public async Task A_second_supervisor_of_the_same_home_is_refused()
    {
        await using var running = await Running.UpAsync(Home);
        var refused = await Assert.ThrowsAsync<RefusedException>(() => Running.UpAsync(Home));
        Assert.Equal("already-running", refused.Problem.Type);
        Assert.Contains(running.Takt.Url.ToString(), refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_child_that_ends_at_once_is_given_up_with_its_last_words_and_nothing_is_left()
    {
        Environment.SetEnvironmentVariable("TAKT_STAND_IN_BROKEN", "server");
        try
        {
            var refused = await Assert.ThrowsAsync<RefusedException>(() => Running.UpAsync(Home));
            Assert.Equal("child-ends-at-once", refused.Problem.Type);
            Assert.Contains("broken on purpose", refused.Message, StringComparison.Ordinal);
            Assert.False(File.Exists(Path.Combine(Home.Folder, "postgres", "data", "postmaster.pid")));
        }
        finally
        {
            Environment.SetEnvironmentVariable("TAKT_STAND_IN_BROKEN", null);
        }
    }

    [Fact]
    public async Task A_port_asked_for_and_taken_is_refused_by_its_number()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        var refused = await Assert.ThrowsAsync<RefusedException>(() => Running.UpAsync(Home, port: port));
        Assert.Equal("port-taken", refused.Problem.Type);
        Assert.Contains($"Port {port}", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_home_that_cannot_be_written_is_refused()
    {
        await File.WriteAllTextAsync(folder["file"], "", TestContext.Current.CancellationToken);
        var refused = await Assert.ThrowsAsync<RefusedException>(() => Running.UpAsync(new TaktHome(folder["file/home"]), prepared: false));
        Assert.Equal("home-not-writable", refused.Problem.Type);
    }

    [Fact]
    public async Task A_home_on_a_full_disk_is_refused()
    {
        Assert.SkipUnless(PosixUser.IsRoot, "Only root can mount a small disk.");
        Directory.CreateDirectory(folder["disk"]);
        using (var mount = Process.Start(new ProcessStartInfo("mount", ["-t", "tmpfs", "-o", "size=8m", "none", folder["disk"]]) { RedirectStandardError = true })!)
        {
            await mount.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.SkipUnless(mount.ExitCode == 0, "This machine lets nobody mount.");
        }

        try
        {
            var refused = await Assert.ThrowsAsync<RefusedException>(() => Running.UpAsync(new TaktHome(folder["disk/home"]), prepared: false));
            Assert.Equal("disk-full", refused.Problem.Type);
        }
        finally
        {
            using var unmount = Process.Start("umount", [folder["disk"]])!;
            await unmount.WaitForExitAsync(CancellationToken.None);
        }
    }

    [Fact]
    public async Task As_root_the_data_plane_is_another_user_who_reads_no_secret_and_enters_no_database()
    {
        Assert.SkipUnless(PosixUser.IsRoot, "Only root can become another user.");
        await using var running = await Running.UpAsync(Home);
        var secret = Path.Combine(Home.Tokens, "secret");
        await File.WriteAllTextAsync(secret, "secret", TestContext.Current.CancellationToken);

        Assert.NotEqual("0", await running.AskDataPlaneAsync("/user"));
        Assert.Equal("UnauthorizedAccessException", await running.AskDataPlaneAsync($"/read?path={secret}"));
        Assert.Equal("OK", await running.AskDataPlaneAsync("/write?name=own.txt"));
        var connection = Uri.EscapeDataString($"Host={Path.Combine(Home.Folder, "postgres", "run")};Username=takt;Database=takt;Pooling=false");
        Assert.StartsWith("refused", await running.AskDataPlaneAsync($"/database?connection={connection}"), StringComparison.Ordinal);
        Assert.Equal("takt", await running.AskServerAsync($"/database?connection={connection}"));
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
