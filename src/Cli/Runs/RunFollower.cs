using System.Globalization;
using System.Text.Json;
using Takt.Cli.Api;
using Takt.Cli.Demo;
using Takt.Cli.Shell;

namespace Takt.Cli.Runs;

/// <summary>Shows a pipeline run while it works, line by line.</summary>
internal sealed class RunFollower(VerbCall call)
{
    private static readonly TimeSpan pause = TimeSpan.FromMilliseconds(250);

    private readonly Dictionary<string, string> told = [];

    /// <summary>Until the run is over; or until it waits, unless <paramref name="alsoWhileItWaits"/>.</summary>
    public async Task<JsonElement> FollowAsync(string run, bool alsoWhileItWaits, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(pause);
        while (true)
        {
            var now = await call.Api.GetAsync<JsonElement>(ApiClient.InProject(call.Project, $"pipeline-runs/{run}"), cancellationToken);
            foreach (var step in now.GetProperty("steps").EnumerateArray()) Tell(step);
            var state = now.Text("state");
            if (state is not ("queued" or "running") && (state != "waiting" || !alsoWhileItWaits)) return now;
            await timer.WaitForNextTickAsync(cancellationToken);
        }
    }

    private void Tell(JsonElement step)
    {
        var (name, state) = (step.Text("name"), step.Text("state"));
        if (state is "pending" or "skipped") return;
        var line = state == "running" && step.TryGetProperty("progress", out var progress)
            ? string.Create(CultureInfo.InvariantCulture, $"{progress.Number("share"),5:P0}  {progress.Text("message")}")
            : $"{state}{Took(step)}{Say(step)}";
        if (told.TryGetValue(name, out var last) && last == line) return;
        told[name] = line;
        call.Out.Line($"  {name,-10} {line}");
    }

    private static string Took(JsonElement step) =>
        step.TryGetProperty("endedAt", out var end) && step.TryGetProperty("startedAt", out var start)
            ? string.Create(CultureInfo.InvariantCulture, $" in {(end.GetDateTimeOffset() - start.GetDateTimeOffset()).TotalSeconds:F1} s")
            : "";

    private static string Say(JsonElement step)
    {
        if (step.Text("reason") is { Length: > 0 } reason) return $": {reason}";
        var result = step.GetProperty("result");
        foreach (var name in (string[])["note", "modelVersion"])
            if (result.Text(name) is { Length: > 0 } said) return $": {said}{(result.Text("revision") is { Length: > 0 } revision ? $" as revision {revision} of {result.Text("deployment")}" : "")}";
        if (result.TryGetProperty("metrics", out var metrics) && metrics.TryGetProperty("log_loss", out var loss) && metrics.TryGetProperty("auc", out var auc))
            return string.Create(CultureInfo.InvariantCulture, $": log loss {loss.GetDouble():F4}, AUC {auc.GetDouble():F4}");
        return "";
    }
}
