using System.CommandLine;
using System.Text.Json;
using Takt.Cli.Api;
using Takt.Cli.Demo;
using Takt.Cli.Shell;

namespace Takt.Cli.Verbs;

internal static class DeployVerb
{
    private static readonly Argument<string> deployment = new("deployment") { Description = "Of takt.yaml" };
    private static readonly Argument<string> version = new("version") { Description = "MODEL/3, 3, or an alias: MODEL@challenger" };
    private static readonly Option<string> reason = new("--reason") { Description = "Goes on record", HelpName = "TEXT", Required = true };
    private static readonly Option<bool> skipShadow = new("--skip-shadow") { Description = "Goes live at the first stage above 0" };

    internal static Verb Create() => new Verb("deploy", "Puts a model version out: at once where nothing answers yet, else by the deployment's rollout.")
    {
        Group = VerbGroup.Loop,
        Takes = [deployment, version, reason, skipShadow],
        Examples = ["takt deploy flight-late 3 --reason \"back to the summer model\"", "takt deploy flight-late flight-late@challenger --reason \"reviewed\""],
    }.Does(RunAsync);

    private static async Task RunAsync(VerbCall call, CancellationToken cancellationToken)
    {
        var asked = call.Value(version);
        var alias = asked.Contains('@', StringComparison.Ordinal);
        var answer = await call.Api.PostAsync<JsonElement>(ApiClient.InProject(call.Project, $"deployments/{Uri.EscapeDataString(call.Value(deployment))}/deploy"),
            new { version = alias ? null : asked, alias = alias ? asked : null, reason = call.Value(reason), skipShadow = call.Value(skipShadow) }, cancellationToken);
        call.Out.Show(answer, DeploymentText(call));
    }

    /// <summary>Who answers now, and what goes out.</summary>
    internal static Action<JsonElement> DeploymentText(VerbCall call) => d =>
    {
        if (d.TryGetProperty("champion", out var champion)) call.Out.Line($"{d.Text("name")}: revision {champion.Text("number")} ({champion.Text("modelVersion")}) answers.");
        if (d.TryGetProperty("rollout", out var rollout) && rollout.Text("status") == "running") call.Out.Line($"Revision {rollout.Text("challenger")} goes out: {rollout.Text("percent")} % now (rollout {rollout.Text("id")}).");
    };
}
