using System.CommandLine;
using System.Text.Json;
using Takt.Cli.Api;
using Takt.Cli.Demo;
using Takt.Cli.Runs;
using Takt.Cli.Shell;
using Takt.Kernel;

namespace Takt.Cli.Verbs;

internal static class RunVerb
{
    private static readonly Argument<string> pipeline = new("pipeline") { Description = "Of takt.yaml" };
    private static readonly Option<string[]> set = new("--set") { Description = "A param of the run, as often as needed", HelpName = "NAME=VALUE", DefaultValueFactory = _ => [] };
    private static readonly Option<bool> noCache = new("--no-cache") { Description = "Every step runs, whatever is known already" };
    private static readonly Option<bool> detach = new("--detach") { Description = "Starts it and returns at once" };
    private static readonly Option<bool> wait = new("--wait") { Description = "Stays also while the run waits for data" };

    internal static Verb Create() => new Verb("run", "Runs a pipeline and shows its steps. Exit code 0: it succeeded, or waits for data; 1: it failed; 2: its gate refused the model.")
    {
        Group = VerbGroup.Loop,
        Takes = [pipeline, set, noCache, detach, wait],
        Examples = ["takt run train-flight-late", "takt run train-flight-late --set cutoff=2001-02-27 --wait", "takt run train-flight-late --set shuffle_labels=true   # a model that has learnt nothing, to try the gate"],
    }.Does(RunAsync);

    private static async Task<int> RunAsync(VerbCall call, CancellationToken cancellationToken)
    {
        var started = await call.Api.PostAsync<JsonElement>(ApiClient.InProject(call.Project, $"pipelines/{Uri.EscapeDataString(call.Value(pipeline))}/runs"),
            new { @params = Params(call.Value(set)!), cache = !call.Value(noCache) }, cancellationToken);
        if (call.Value(detach))
        {
            call.Out.Show(started, run => call.Out.Line($"Run {run.Text("number")} of {run.Text("pipeline")}: {run.Text("id")}"));
            return 0;
        }
        call.Out.Line($"Run {started.Text("number")} of {started.Text("pipeline")}, {started.Text("id")}");
        var ended = await new RunFollower(call).FollowAsync(started.Text("id"), call.Value(wait), cancellationToken);
        call.Out.Show(ended, run => call.Out.Line(run.Text("state") switch
        {
            "succeeded" => "Succeeded.",
            "waiting" => "It waits, and goes on by itself when the data are there ('takt runs' shows it).",
            "refused" => $"Refused. Somebody who may can let it through: takt override {run.Text("id")} --reason \"…\"",
            var state => $"{char.ToUpperInvariant(state[0])}{state[1..]}. The log: takt logs {run.Text("id")}"
        }));
        return ended.Text("state") switch { "succeeded" or "waiting" => 0, "refused" => 2, _ => 1 };
    }

    private static Dictionary<string, string> Params(string[] given)
    {
        var parameters = new Dictionary<string, string>();
        foreach (var pair in given)
        {
            if (pair.Split('=', 2) is not [{ Length: > 0 } name, var value]) throw new RefusedException(new Problem("not-a-param", 400, $"'{pair}' is no param.", "Write --set NAME=VALUE."));
            parameters[name] = value;
        }
        return parameters;
    }
}
