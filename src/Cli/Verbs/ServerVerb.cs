using System.CommandLine;
using Takt.Cli.Shell;
using Takt.Kernel;
using Takt.Records;
using Takt.Server;
using Takt.Supervisor;

namespace Takt.Cli.Verbs;

internal static class ServerVerb
{
    private static readonly Option<string> url = new("--url") { Description = "Where to listen when no supervisor hands a socket over", HelpName = "URL", DefaultValueFactory = _ => "http://127.0.0.1:8585" };

    internal static Verb Create() => new Verb("server", "Runs the control plane alone: API, pages, scheduler, journal. 'takt up' starts it; by hand it needs TAKT_DATABASE.")
    {
        Group = VerbGroup.Inside,
        Takes = [url],
        Examples = ["TAKT_DATABASE='Host=db;Username=takt;Database=takt' takt server --url http://127.0.0.1:9000"],
    }.Does(RunAsync);

    private static async Task RunAsync(VerbCall call, CancellationToken cancellationToken)
    {
        var descriptor = ChildSettings.TakeListenDescriptor();
        var database = Environment.GetEnvironmentVariable(ChildSettings.Database) is { Length: > 0 } told ? told : throw new RefusedException(new Problem(
            "no-database", 503, "'takt server' was not told its database.", "Set TAKT_DATABASE, or use 'takt up', which brings its own PostgreSQL."));
        if (descriptor is null) call.Home.Prepare();
        var options = new ServerOptions
        {
            Home = call.Home,
            DatabaseConnection = database,
            ListenFd = descriptor,
            Url = call.Value(url)!,
            DataPlaneUrl = Environment.GetEnvironmentVariable(ChildSettings.DataPlaneUrl) ?? "http://127.0.0.1:8586",
            AllowedHosts = (Environment.GetEnvironmentVariable("TAKT_ALLOWED_HOSTS") ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries),
            Anonymous = Anonymous(),
        };
        // Else the host watches every folder below the current one for settings that may change: from / these are a whole disk's.
        Environment.SetEnvironmentVariable("DOTNET_hostBuilder__reloadConfigOnChange", "false");
        try
        {
            await ServerHost.RunAsync(options, cancellationToken);
        }
        catch (MigrationException e)
        {
            throw new RefusedException(new Problem("migration-failed", 503, e.Message));
        }
        catch (Npgsql.NpgsqlException e)
        {
            throw new RefusedException(new Problem("database-away", 503, $"The database does not answer: {e.Message.TrimEnd('.')}.", "Check TAKT_DATABASE; an embedded one is brought back by 'takt up'."));
        }
    }

    private static Role? Anonymous()
    {
        if (Environment.GetEnvironmentVariable("TAKT_ANONYMOUS") is not { Length: > 0 } word) return null;
        return Enum.TryParse<Role>(word, ignoreCase: true, out var role) ? role : throw new RefusedException(new Problem(
            "not-a-role", 400, $"TAKT_ANONYMOUS is '{word}', which is no role.", $"Use one of {string.Join(", ", Enum.GetNames<Role>().Select(name => name.ToLowerInvariant()))}, or leave it out: then strangers may do nothing."));
    }
}
