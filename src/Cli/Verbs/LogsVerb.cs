using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Takt.Cli.Api;
using Takt.Cli.Demo;
using Takt.Cli.Shell;

namespace Takt.Cli.Verbs;

internal static class LogsVerb
{
    private static readonly TimeSpan pause = TimeSpan.FromMilliseconds(300);

    private static readonly Argument<string> run = new("run") { Description = "A pipeline run's id" };
    private static readonly Option<string?> step = new("--step") { Description = "Default: the one that runs, else the last one that ran", HelpName = "NAME" };
    private static readonly Option<bool> follow = new("--follow", "-f") { Description = "Stays until the step is over" };

    internal static Verb Create() => new Verb("logs", "Prints what a step of a run said.")
    {
        Group = VerbGroup.Loop,
        Takes = [run, step, follow],
        Examples = ["takt logs 01a1fb85714d71f485ee2028780b105b --step train", "takt logs 01a1fb85714d71f485ee2028780b105b --follow"],
    }.Does(RunAsync);

    private static async Task RunAsync(VerbCall call, CancellationToken cancellationToken)
    {
        var (from, name) = (0L, call.Value(step));
        using var timer = new PeriodicTimer(pause);
        while (true)
        {
            var of = name is null ? "" : $"&step={Uri.EscapeDataString(name)}";
            var piece = await call.Api.GetAsync<JsonElement>(ApiClient.InProject(call.Project, string.Create(CultureInfo.InvariantCulture, $"pipeline-runs/{Uri.EscapeDataString(call.Value(run))}/logs?from={from}{of}")), cancellationToken);
            if (piece.Text("text") is { Length: > 0 } text) call.Out.Raw(text.TrimEnd('\n'));
            var more = piece.Whole("next") > from;
            (from, name) = (piece.Whole("next"), piece.Text("step"));
            if (piece.GetProperty("done").GetBoolean() || (!more && !call.Value(follow))) return;
            if (!more) await timer.WaitForNextTickAsync(cancellationToken);
        }
    }
}
