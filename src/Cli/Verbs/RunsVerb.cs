using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Takt.Cli.Api;
using Takt.Cli.Demo;
using Takt.Cli.Shell;

namespace Takt.Cli.Verbs;

internal static class RunsVerb
{
    private static readonly Argument<string?> run = new("run") { Description = "One run, with its steps and their evidence", DefaultValueFactory = _ => null };
    private static readonly Option<string?> pipeline = new("--pipeline") { Description = "Only runs of this pipeline", HelpName = "NAME" };
    private static readonly Option<int> limit = new("--limit") { Description = "How many. Default 20", HelpName = "N", DefaultValueFactory = _ => 20 };

    internal static Verb Create() => new Verb("runs", "Lists the runs of pipelines, newest first; or shows one.")
    {
        Group = VerbGroup.Loop,
        Takes = [run, pipeline, limit],
        Examples = ["takt runs", "takt runs --pipeline train-flight-late", "takt runs 01a1fb85714d71f485ee2028780b105b"],
    }.Does((call, cancellationToken) => call.Value(run) is { } id ? ShowAsync(call, id, cancellationToken) : ListAsync(call, cancellationToken));

    private static async Task ListAsync(VerbCall call, CancellationToken cancellationToken)
    {
        var filter = call.Value(pipeline) is { } name ? $"&pipeline={Uri.EscapeDataString(name)}" : "";
        var page = await call.Api.GetAsync<JsonElement>(ApiClient.InProject(call.Project, string.Create(CultureInfo.InvariantCulture, $"pipeline-runs?limit={call.Value(limit)}{filter}")), cancellationToken);
        call.Out.Show(page, p => call.Out.Table(["run", "pipeline", "", "state", "started", "cause"], p.Items().Select(r => (IReadOnlyList<string>)
            [r.Text("id"), r.Text("pipeline"), $"#{r.Text("number")}", r.Text("state"), r.GetProperty("createdAt").GetDateTimeOffset().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture), r.Text("cause")])));
    }

    private static async Task ShowAsync(VerbCall call, string id, CancellationToken cancellationToken)
    {
        var found = await call.Api.GetAsync<JsonElement>(ApiClient.InProject(call.Project, $"pipeline-runs/{Uri.EscapeDataString(id)}"), cancellationToken);
        call.Out.Show(found, r =>
        {
            call.Out.Line($"Run {r.Text("number")} of {r.Text("pipeline")}: {r.Text("state")}{(r.Text("reason") is { Length: > 0 } reason ? $", {reason}" : "")}");
            call.Out.Line($"Cause: {r.Text("cause")}. Tracked as run {r.Text("trackingRun")}.");
            call.Out.Table(["step", "state", "attempt", "reason", "evidence"], r.GetProperty("steps").EnumerateArray().Select(s => (IReadOnlyList<string>)
                [s.Text("name"), s.Text("state"), s.Text("attempt"), Cut(s.Text("reason")), Evidence(s.GetProperty("result"))]));
        });
    }

    private static string Evidence(JsonElement result) => string.Join(", ", ((string[])["verdict", "modelVersion", "deployment", "revision", "rollout", "champion", "rows"])
        .Where(name => result.Text(name).Length > 0).Select(name => $"{name} {result.Text(name)}"));

    private static string Cut(string text) => text.Length > 90 ? text[..87] + "..." : text;
}
