using System.CommandLine;
using System.Text.Json;
using Takt.Cli.Api;
using Takt.Cli.Shell;

namespace Takt.Cli.Verbs;

internal static class CancelVerb
{
    private static readonly Argument<string> run = new("run") { Description = "A pipeline run's id" };

    internal static Verb Create() => new Verb("cancel", "Stops a pipeline run: its process is killed.")
    {
        Group = VerbGroup.Loop,
        Takes = [run],
        Examples = ["takt cancel 01a1fb85714d71f485ee2028780b105b"],
    }.Does(async (call, cancellationToken) =>
    {
        var answer = await call.Api.PostAsync<JsonElement>(ApiClient.InProject(call.Project, $"pipeline-runs/{Uri.EscapeDataString(call.Value(run))}/cancel"), null, cancellationToken);
        call.Out.Show(answer, _ => call.Out.Line("Stopped."));
    });
}
