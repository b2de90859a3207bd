using System.CommandLine;
using System.Text.Json;
using Takt.Cli.Api;
using Takt.Cli.Shell;

namespace Takt.Cli.Verbs;

internal static class RollbackVerb
{
    private static readonly Argument<string> deployment = new("deployment") { Description = "Of takt.yaml" };
    private static readonly Option<int?> revision = new("--to") { Description = "A revision. Default: the one before", HelpName = "N" };
    private static readonly Option<string> reason = new("--reason") { Description = "Goes on record", HelpName = "TEXT", Required = true };

    internal static Verb Create() => new Verb("rollback", "Takes a deployment back to an earlier revision, at once. Done when every data plane has acknowledged.")
    {
        Group = VerbGroup.Loop,
        Takes = [deployment, revision, reason],
        Examples = ["takt rollback flight-late --reason \"scores look wrong\"", "takt rollback flight-late --to 1 --reason \"the last known good\""],
    }.Does(async (call, cancellationToken) => call.Out.Show(
        await call.Api.PostAsync<JsonElement>(ApiClient.InProject(call.Project, $"deployments/{Uri.EscapeDataString(call.Value(deployment))}/roll-back"),
            new { revision = call.Value(revision), reason = call.Value(reason) }, cancellationToken), DeployVerb.DeploymentText(call)));
}
