using System.Security.Cryptography;
using System.Text;
using Takt.Kernel;
using Takt.Native.Posix;

namespace Takt.Supervisor;

/// <summary>All that one <c>takt up</c> keeps running, with the sockets they listen on.</summary>
internal sealed class Family : IAsyncDisposable
{
    private const string Server = "server";
    private const string Serve = "serve";
    private static readonly TimeSpan logRound = TimeSpan.FromSeconds(30);

    private readonly UpOptions options;
    private readonly OwnProgram program;
    private readonly Action<SupervisorNews> tell;
    private readonly TimeProvider time;
    private readonly ListeningSocket control;
    private readonly ListeningSocket data;
    private readonly RunningTakt first;
    private readonly RunningFile file;
    private readonly PostgresLoop? postgres;
    private readonly List<LogFile> logs = [];
    private readonly ITimer logTimer;
    private readonly Dictionary<string, Child?> adopted;
    private ChildLoop? server;
    private ChildLoop? serve;

    private Family(UpOptions options, OwnProgram program, Action<SupervisorNews> tell, TimeProvider time, ListeningSocket control, ListeningSocket data, Dictionary<string, Child?> adopted)
    {
        this.options = options;
        this.program = program;
        this.tell = tell;
        this.time = time;
        this.control = control;
        this.data = data;
        this.adopted = adopted;
        first = new RunningTakt(control.Url, data.Url, time.GetUtcMicroseconds(), BuildOf(options, program),
            new Dictionary<string, ProcessIdentity> { ["supervisor"] = ProcessIdentity.Of(Environment.ProcessId)! });
        file = new RunningFile(options.Home, first);
        if (options.Database is null) postgres = new PostgresLoop(options.Home, file, tell, time);
        logTimer = time.CreateTimer(_ => CapLogs(), null, logRound, logRound);
    }

    /// <summary>Takes over what a killed supervisor left running, as far as it is the same build on the ports asked for, and opens the sockets.</summary>
    internal static async Task<Family> GatherAsync(UpOptions options, OwnProgram program, Action<SupervisorNews> tell, TimeProvider time)
    {
        var former = RunningTakt.Read(options.Home);
        var sameBuild = former?.Program == BuildOf(options, program);
        var (control, server) = await GatherAsync(Server, former, former?.Url, sameBuild, "--port", options.Port, UpOptions.UsualPort, time);
        try
        {
            var (data, serve) = await GatherAsync(Serve, former, former?.DataPlaneUrl, sameBuild, "--data-port", options.DataPort, UpOptions.UsualDataPort, time);
            return new Family(options, program, tell, time, control, data, new() { [Server] = server, [Serve] = serve });
        }
        catch
        {
            control.Dispose();
            throw;
        }
    }

    /// <summary>Returns when the server answers. The data plane starts beside it and needs nobody.</summary>
    internal async Task<RunningTakt> StartAsync(CancellationToken cancellationToken)
    {
        var token = DataPlaneToken.Of(options.Home);
        token.HandOver();
        var reachable = PosixUser.IsRoot ? program.Reachable() : program;
        serve = Loop(Serve, data, ReachableFolder.Resolve(options.Home.DataPlane), "/v2/health/live", DataPlaneEnvironment(token), reachable, () => { });
        serve.Begin(adopted[Serve]);
        var connection = postgres is null ? options.Database! : await postgres.BeginAsync(cancellationToken);
        // Each start of the server may have written another token.
        server = Loop(Server, control, options.Home.Folder, "/health", ServerEnvironment(connection, reachable), program, token.HandOver);
        server.Begin(adopted[Server]);
        try
        {
            await server.Healthy.WaitAsync(options.StartTimeout, time, cancellationToken);
            await serve.Healthy.WaitAsync(options.StartTimeout, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            throw new RefusedException(new Problem("start-timeout", 503, $"Takt did not answer within {options.StartTimeout.TotalSeconds:0} s.", $"Its logs are in {options.Home.Logs}."));
        }

        return RunningTakt.Read(options.Home) ?? first;
    }

    /// <summary>Server and data plane end first, together; PostgreSQL last.</summary>
    internal async Task StopAsync()
    {
        await Task.WhenAll(server?.StopAsync() ?? Task.CompletedTask, serve?.StopAsync() ?? Task.CompletedTask);
        if (postgres is not null) await postgres.StopAsync();
        file.Remove();
    }

    public async ValueTask DisposeAsync()
    {
        await logTimer.DisposeAsync();
        server?.Dispose();
        serve?.Dispose();
        if (postgres is not null) await postgres.DisposeAsync();
        control.Dispose();
        data.Dispose();
    }

    private static async Task<(ListeningSocket Socket, Child? Child)> GatherAsync(
        string name, RunningTakt? former, Uri? formerUrl, bool sameBuild, string option, int? asked, int usual, TimeProvider time)
    {
        var child = former is not null && former.Processes.TryGetValue(name, out var identity) ? Child.Adopt(identity) : null;
        if (child is not null)
        {
            if (sameBuild && (asked is null || asked == formerUrl!.Port) && ListeningSocket.Join(formerUrl!.Port) is { } joined) return (joined, child);
            await child.StopAsync(time);
            child.Dispose();
        }

        return (ListeningSocket.Open(option, asked, usual), null);
    }

    /// <summary>Another build, or one that another database was given, does not fit.</summary>
    private static string BuildOf(UpOptions options, OwnProgram program) =>
        $"{program.Fingerprint()}-{(options.Database is null ? "embedded" : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(options.Database)))[..16])}";

    private ChildLoop Loop(string name, ListeningSocket socket, string folder, string healthPath, Dictionary<string, string?> environment, OwnProgram from, Action serving)
    {
        var log = new LogFile(Path.Combine(options.Home.Logs, $"{name}.log")).Open();
        logs.Add(log);
        return new ChildLoop(new ChildSpec(name, from, socket, folder, log, environment, healthPath, serving), file, tell, time);
    }

    private Dictionary<string, string?> ServerEnvironment(string connection, OwnProgram reachable)
    {
        var environment = new Dictionary<string, string?>
        {
            ["TAKT_HOME"] = options.Home.Folder,
            [ChildSettings.Database] = connection,
            [ChildSettings.ControlUrl] = control.Url.ToString(),
            [ChildSettings.DataPlaneUrl] = data.Url.ToString(),
            ["TAKT_ENGINES"] = EnginesFor(),
        };
        // What the server starts in its turn (steps, probes) runs as other users too.
        if (reachable.Folder != program.Folder) environment["TAKT_EXECUTABLE"] = reachable.Arguments[0];
        return environment;
    }

    // The data plane is told of its own folder and nothing else of the home.
    private Dictionary<string, string?> DataPlaneEnvironment(DataPlaneToken token)
    {
        var folder = ReachableFolder.Resolve(options.Home.DataPlane);
        var environment = new Dictionary<string, string?>
        {
            ["TAKT_HOME"] = options.Home.Folder,
            [ChildSettings.DataPlaneHome] = folder,
            [ChildSettings.DataPlaneToken] = token.Path,
            [ChildSettings.ControlUrl] = control.Url.ToString(),
            [ChildSettings.DataPlaneUrl] = data.Url.ToString(),
            [ChildSettings.Database] = null,
            ["TAKT_TOKEN"] = null,
            ["TAKT_ENGINES"] = EnginesFor(),
        };
        if (!PosixUser.IsRoot) return environment;
        PosixFiles.SetOwnerOfTree(folder, DataPlaneToken.User, DataPlaneToken.User);
        environment[ChildSettings.RunAsUser] = DataPlaneToken.User.ToString(System.Globalization.CultureInfo.InvariantCulture);
        environment["HOME"] = folder;
        // Its socket would stay behind in /tmp, which the unprivileged user cannot clear.
        environment["DOTNET_EnableDiagnostics_IPC"] = "0";
        return environment;
    }

    /// <summary>The engines' folder, where the data plane's user can read it.</summary>
    private static string? EnginesFor()
    {
        if (PostgresBinaries.EngineFolders().FirstOrDefault(Directory.Exists) is not { } engines) return null;
        if (!PosixUser.IsRoot || ReachableCopy.FirstClosedFolder(Path.Combine(engines, "any")) is null) return engines;
        var libraries = new DirectoryInfo(engines).EnumerateFiles("*.so*").Select(library => library.Name).Order(StringComparer.Ordinal).ToList();
        return ReachableCopy.Of(engines, "engines", libraries);
    }

    private void CapLogs()
    {
        foreach (var log in logs.ToArray())
        {
            try
            {
                log.Cap();
            }
            catch (IOException e)
            {
                tell(new("takt", $"a log could not be capped: {e.Message}", IsTrouble: true));
            }
        }
    }
}
