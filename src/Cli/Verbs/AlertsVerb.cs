using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Takt.Cli.Api;
using Takt.Cli.Demo;
using Takt.Cli.Shell;

namespace Takt.Cli.Verbs;

internal static class AlertsVerb
{
    private static readonly Option<bool> all = new("--all") { Description = "Also those that are over" };

    internal static Verb Create() => new Verb("alerts", "Shows what the monitors have found, each with its explanation.")
    {
        Group = VerbGroup.Loop,
        Takes = [all],
        Examples = ["takt alerts", "takt alerts --all --json"],
    }.Does(async (call, cancellationToken) =>
    {
        var page = await call.Api.GetAsync<JsonElement>(ApiClient.InProject(call.Project, $"alerts{(call.Value(all) ? "" : "?state=open")}"), cancellationToken);
        call.Out.Show(page, p =>
        {
            var found = p.Items().ToList();
            if (found.Count == 0) call.Out.Line("No alert.");
            foreach (var standing in found)
            {
                var alert = standing.GetProperty("alert");
                call.Out.Line($"{alert.Text("severity").ToUpperInvariant()} {alert.Text("kind")} of {alert.Text("deployment")} ({alert.Text("modelVersion")}), {Day(alert, "windowFrom")} to {Day(alert, "windowTo")}, {standing.Text("state")}, {alert.Text("id")}");
                call.Out.Line($"  {alert.Text("explanation")}");
            }
        });
    });

    private static string Day(JsonElement alert, string name) => alert.GetProperty(name).GetDateTimeOffset().ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
}
