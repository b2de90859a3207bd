using System.CommandLine;
using Takt.Cli.Shell;
using Takt.Kernel;
using Takt.Serving;
using Takt.Supervisor;

namespace Takt.Cli.Verbs;

internal static class ServeVerb
{
    private static readonly Option<string> url = new("--url") { Description = "Where to listen when no supervisor hands a socket over", HelpName = "URL", DefaultValueFactory = _ => "http://127.0.0.1:8586" };
    private static readonly Option<string> control = new("--control-url") { Description = "The control plane, which plans come from", HelpName = "URL", DefaultValueFactory = _ => "http://127.0.0.1:8585" };

    internal static Verb Create() => new Verb("serve", "Runs a data plane alone: loads models and answers inference, also while the control plane is away. 'takt up' starts one.")
    {
        Group = VerbGroup.Inside,
        Takes = [url, control],
        Examples = ["takt serve --url http://127.0.0.1:9001 --control-url http://127.0.0.1:8585"],
    }.Does(RunAsync);

    private static async Task RunAsync(VerbCall call, CancellationToken cancellationToken)
    {
        var listen = ChildSettings.TakeListenDescriptor() is { } descriptor ? $"fd:{descriptor}" : call.Value(url)!;
        ChildSettings.DropPrivileges();
        var options = new DataPlaneOptions(
            Told(ChildSettings.DataPlaneHome) ?? call.Home.DataPlane,
            listen,
            Told(ChildSettings.ControlUrl) ?? call.Value(control)!,
            Told(ChildSettings.DataPlaneToken) ?? Path.Combine(call.Home.Tokens, "dataplane.token"));
        try
        {
            await DataPlaneHost.RunAsync(options, cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RefusedException(new Problem("data-plane-failed", 503, $"The data plane cannot run: {e.Message.TrimEnd('.')}.", $"Its folder is {options.Folder}."));
        }
    }

    private static string? Told(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value ? value : null;
}
