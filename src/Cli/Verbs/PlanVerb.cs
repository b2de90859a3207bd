using System.CommandLine;
using Takt.Cli.Definition;
using Takt.Cli.Shell;

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
        call.Out.Show(await ChangeList.SendAsync(call, folder, "plan", cancellationToken), plan =>
        {
            var count = ChangeList.Print(call.Out, plan);
            call.Out.Line(count == 0 ? "Nothing would change." : $"{count} would change.{ChangeList.Unchanged(plan)}");
        });
    }
}
