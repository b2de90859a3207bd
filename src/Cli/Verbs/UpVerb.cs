using System.CommandLine;
using System.Diagnostics;
using Takt.Cli.Shell;
using Takt.Supervisor;

namespace Takt.Cli.Verbs;

internal static class UpVerb
{
    private static readonly Option<int?> port = new("--port") { Description = "The control plane's port. Default: 8585, or a free one after it", HelpName = "N" };
    private static readonly Option<int?> dataPort = new("--data-port") { Description = "The data plane's port. Default: 8586, or a free one after it", HelpName = "N" };

    internal static Verb Create() => new Verb("up", "Starts Takt on this machine and keeps it running until Ctrl-C. Starts PostgreSQL (or uses the one that TAKT_DATABASE names), the server and the data plane.")
    {
        Group = VerbGroup.Everyday,
        Takes = [port, dataPort],
        Examples =
        [
            "takt up",
            "takt up --home /srv/takt --port 9000",
            "TAKT_DATABASE='Host=db;Username=takt;Password=...;Database=takt' takt up   # an outside PostgreSQL",
        ],
    }.Does(RunAsync);

    private static async Task RunAsync(VerbCall call, CancellationToken cancellationToken)
    {
        var options = OptionsFor(call) with { Port = call.Value(port), DataPort = call.Value(dataPort) };
        var began = Stopwatch.GetTimestamp();
        await TaktSupervisor.RunAsync(options, news => Tell(call, news), takt => Announce(call, takt, Stopwatch.GetElapsedTime(began)), TimeProvider.System, cancellationToken);
        call.Out.Line("Takt has stopped.");
    }

    internal static UpOptions OptionsFor(VerbCall call) => new()
    {
        Home = call.Home,
        Database = Environment.GetEnvironmentVariable(ChildSettings.Database) is { Length: > 0 } outside ? outside : null,
    };

    /// <summary>One short line for each change, beside the answer.</summary>
    internal static void Tell(VerbCall call, SupervisorNews news) => call.Out.Remark($"{news.Who}: {news.What}");

    private static void Announce(VerbCall call, RunningTakt takt, TimeSpan took) => call.Out.Show(takt, _ =>
    {
        call.Out.Line($"Takt is up ({took.TotalSeconds:0.0} s).");
        call.Out.Line($"  control plane   {Plain(takt.Url)}   API and pages; sign in with the token that 'takt token show' prints");
        call.Out.Line($"  data plane      {Plain(takt.DataPlaneUrl)}   inference");
        call.Out.Line($"  home            {call.Home.Folder}");
        call.Out.Line("Ctrl-C stops everything.");
    });

    private static string Plain(Uri url) => url.GetLeftPart(UriPartial.Authority);
}
