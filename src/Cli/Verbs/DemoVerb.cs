using System.CommandLine;
using Takt.Cli.Demo;
using Takt.Cli.Shell;

namespace Takt.Cli.Verbs;

internal static class DemoVerb
{
    private static readonly Option<bool> once = new("--once") { Description = "Stop everything at the end; exit code 0 only if every step really held" };
    private static readonly Option<int?> port = new("--port") { Description = "The control plane's port. Default: 8585, or a free one after it", HelpName = "N" };
    private static readonly Option<int?> dataPort = new("--data-port") { Description = "The data plane's port. Default: 8586, or a free one after it", HelpName = "N" };

    internal static Verb Create() => new Verb("demo", "Plays the whole loop on three million real flights, in a home of its own (~/.takt-demo), and stays up until Ctrl-C.")
    {
        Group = VerbGroup.Everyday,
        Takes = [once, port, dataPort],
        Examples = ["takt demo", "takt demo --once   # for scripts: stops at the end, 0 only if every step held"],
    }.Does(RunAsync);

    private static async Task<int> RunAsync(VerbCall call, CancellationToken cancellationToken)
    {
        var options = UpVerb.OptionsFor(call) with { Home = DemoHome.Locate(call), Port = call.Value(port), DataPort = call.Value(dataPort) };
        return await new DemoRun(call.Out, options, call.Value(once)).RunAsync(cancellationToken);
    }
}
