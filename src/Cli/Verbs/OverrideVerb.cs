using System.CommandLine;
using System.Text.Json;
using Takt.Cli.Api;
using Takt.Cli.Demo;
using Takt.Cli.Shell;
using Takt.Kernel;

namespace Takt.Cli.Verbs;

internal static class OverrideVerb
{
    private static readonly Argument<string> run = new("run") { Description = "A pipeline run that a gate refused, or the verdict itself" };
    private static readonly Option<string> reason = new("--reason") { Description = "Goes on record, with your name", HelpName = "TEXT", Required = true };

    internal static Verb Create() => new Verb("override", "Lets a refused model through its gate, on your word and on record. The run goes on behind the gate.")
    {
        Group = VerbGroup.Loop,
        Takes = [run, reason],
        Examples = ["takt override 01a1fb85714d71f485ee2028780b105b --reason \"the golden cases are out of date\""],
    }.Does(async (call, cancellationToken) =>
    {
        var verdict = await VerdictAsync(call, call.Value(run), cancellationToken);
        var answer = await call.Api.PostAsync<JsonElement>(ApiClient.InProject(call.Project, $"verdicts/{Uri.EscapeDataString(verdict)}/override"), new { reason = call.Value(reason) }, cancellationToken);
        call.Out.Show(answer, _ => call.Out.Line($"Verdict {verdict} is overridden, on record. Its run goes on."));
    });

    private static async Task<string> VerdictAsync(VerbCall call, string id, CancellationToken cancellationToken)
    {
        JsonElement found;
        try
        {
            found = await call.Api.GetAsync<JsonElement>(ApiClient.InProject(call.Project, $"pipeline-runs/{Uri.EscapeDataString(id)}"), cancellationToken);
        }
        catch (RefusedException refused) when (refused.Problem.Type == "pipeline-run-not-found")
        {
            return id;
        }
        return found.GetProperty("steps").EnumerateArray().Select(s => s.GetProperty("result").Text("verdict")).FirstOrDefault(v => v.Length > 0)
            ?? throw new RefusedException(new Problem("no-verdict", 409, $"Run {id} has not come to a gate."));
    }
}
