using System.CommandLine;
using System.Text.Json;
using Takt.Cli.Api;
using Takt.Cli.Definition;
using Takt.Cli.Demo;
using Takt.Cli.Shell;
using Takt.Kernel;

namespace Takt.Cli.Verbs;

internal static class ApplyVerb
{
    private static readonly Argument<string> file = new("file") { Description = "takt.yaml, or its folder", DefaultValueFactory = _ => "." };

    internal static Verb Create() => new Verb("apply", "Makes takt.yaml so: datasets, pipelines, gates, deployments, monitors, triggers. A wrong file is refused whole.")
    {
        Group = VerbGroup.Loop,
        Takes = [file],
        Examples = ["takt apply", "takt apply samples/flights   # makes the project 'flights' where you may"],
    }.Does(RunAsync);

    private static async Task RunAsync(VerbCall call, CancellationToken cancellationToken)
    {
        var folder = await ProjectFolder.ReadAsync(call.Value(file), cancellationToken);
        var applied = await ApplyAsync(call, folder, cancellationToken);
        call.Out.Show(applied, answer =>
        {
            var count = ChangeList.Print(call.Out, answer);
            call.Out.Line(answer.Text("fact").Length == 0 ? "Nothing has changed." : $"Applied as definition {answer.Text("number")} of '{folder.ProjectOf(call)}' ({answer.Text("digest")[..12]}): {count} changed.{ChangeList.Unchanged(answer)}");
        });
    }

    /// <summary>Where the project is missing it is made, if the caller may.</summary>
    private static async Task<JsonElement> ApplyAsync(VerbCall call, ProjectFolder folder, CancellationToken cancellationToken)
    {
        try
        {
            return await ChangeList.SendAsync(call, folder, "apply", cancellationToken);
        }
        catch (RefusedException refused) when (refused.Problem.Type == "project-not-found")
        {
            await ChangeList.CheckAsync(call, folder, cancellationToken); // a wrong file leaves no empty project behind
            await call.Api.PostAsync<JsonElement>("api/v1/projects", new { name = folder.ProjectOf(call) }, cancellationToken);
            call.Out.Line($"Made the project '{folder.ProjectOf(call)}'.");
            return await ChangeList.SendAsync(call, folder, "apply", cancellationToken);
        }
    }
}
