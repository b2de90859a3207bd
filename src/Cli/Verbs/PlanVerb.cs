using System.CommandLine;
using System.Text.Json;
using Takt.Cli.Definition;
using Takt.Cli.Shell;
using Takt.Kernel;

namespace Takt.Cli.Verbs;

internal static class PlanVerb
{
    private static readonly Argument<string> file = new("file") { Description = "takt.yaml, or its folder", DefaultValueFactory = _ => "." };

    internal static Verb Create() => new Verb("plan", "Shows what 'takt apply' would change, and changes nothing. Every mistake of takt.yaml is told at once, with its line.")
    {
        Group = VerbGroup.Loop,
        Takes = [file],
        Examples = ["takt plan", "takt plan samples/flights"],
    }.Does(RunAsync);

    private static async Task RunAsync(VerbCall call, CancellationToken cancellationToken)
    {
        var folder = await ProjectFolder.ReadAsync(call.Value(file), cancellationToken);
        call.Out.Show(await PlanAsync(call, folder, cancellationToken), plan =>
        {
            var count = ChangeList.Print(call.Out, plan);
            call.Out.Line(count == 0 ? "Nothing would change." : $"{count} would change.{ChangeList.Unchanged(plan)}");
        });
    }

    private static async Task<JsonElement> PlanAsync(VerbCall call, ProjectFolder folder, CancellationToken cancellationToken)
    {
        try
        {
            return await ChangeList.SendAsync(call, folder, "plan", cancellationToken);
        }
        catch (RefusedException refused) when (refused.Problem.Type == "project-not-found")
        {
            var plan = await ChangeList.CheckAsync(call, folder, cancellationToken);
            call.Out.Line($"There is no project '{folder.ProjectOf(call)}' yet: 'takt apply' makes it.");
            return plan;
        }
    }
}
