using System.Text.Json;
using Takt.Cli.Api;
using Takt.Cli.Demo;
using Takt.Cli.Shell;
using Takt.Kernel;

namespace Takt.Cli.Definition;

/// <summary>Sends a definition and shows what changes.</summary>
internal static class ChangeList
{
    public static async Task<JsonElement> SendAsync(VerbCall call, ProjectFolder folder, string verb, CancellationToken cancellationToken)
    {
        try
        {
            return await call.Api.PostAsync<JsonElement>(ApiClient.InProject(folder.ProjectOf(call), $"definition/{verb}"), folder.Body, cancellationToken);
        }
        catch (RefusedException refused)
        {
            throw folder.Place(refused);
        }
    }

    /// <summary>What the file would make in a project that is not there yet.</summary>
    public static async Task<JsonElement> CheckAsync(VerbCall call, ProjectFolder folder, CancellationToken cancellationToken)
    {
        try
        {
            return await call.Api.PostAsync<JsonElement>($"api/v1/definition/check?project={Uri.EscapeDataString(folder.ProjectOf(call))}", folder.Body, cancellationToken);
        }
        catch (RefusedException refused)
        {
            throw folder.Place(refused);
        }
    }

    /// <returns>How many things change.</returns>
    public static int Print(Output output, JsonElement answer)
    {
        var changes = answer.GetProperty("changes").EnumerateArray().ToList();
        foreach (var change in changes.Where(c => c.Text("verb") != "keep"))
        {
            output.Line($"  {Sign(change.Text("verb"))} {change.Text("kind")} {change.Text("name")}");
            foreach (var line in change.GetProperty("details").EnumerateArray()) output.Line($"      {line}");
        }
        return changes.Count(c => c.Text("verb") != "keep");
    }

    public static string Unchanged(JsonElement answer) =>
        answer.GetProperty("changes").EnumerateArray().Count(c => c.Text("verb") == "keep") is > 0 and var kept ? $" {kept} stay as they are." : "";

    private static string Sign(string verb) => verb switch { "create" => "+", "change" => "~", "remove" => "-", _ => "=" };
}
