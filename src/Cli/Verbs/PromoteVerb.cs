using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Takt.Cli.Api;
using Takt.Cli.Demo;
using Takt.Cli.Shell;
using Takt.Kernel;

namespace Takt.Cli.Verbs;

internal static class PromoteVerb
{
    private static readonly Argument<string> version = new("version") { Description = "MODEL/VERSION" };
    private static readonly Argument<string> alias = new("alias") { Description = "e.g. challenger" };
    private static readonly Option<string> reason = new("--reason") { Description = "Goes on record", HelpName = "TEXT", Required = true };

    internal static Verb Create() => new Verb("promote", "Points an alias at a model version. 'champion' is what deployments follow: moving it needs the right to, and the gate's verdict.")
    {
        Group = VerbGroup.Loop,
        Takes = [version, alias, reason],
        Examples = ["takt promote flight-late/3 challenger --reason \"to be tried next week\""],
    }.Does(async (call, cancellationToken) =>
    {
        if (call.Value(version).Split('/') is not [{ Length: > 0 } model, var text] || !int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            throw new RefusedException(new Problem("not-a-version", 400, $"'{call.Value(version)}' is no model version.", "Write MODEL/VERSION, e.g. flight-late/3."));
        var moved = await call.Api.PutAsync<JsonElement>(ApiClient.InProject(call.Project, $"models/{Uri.EscapeDataString(model)}/aliases/{Uri.EscapeDataString(call.Value(alias))}"), new { number, reason = call.Value(reason) }, cancellationToken);
        call.Out.Show(moved, v => call.Out.Line($"{v.Text("model")}@{call.Value(alias)} is version {v.Text("number")} now."));
    });
}
