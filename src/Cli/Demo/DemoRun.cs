using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Spectre.Console;
using Takt.Cli.Api;
using Takt.Cli.Demo.Steps;
using Takt.Cli.Shell;
using Takt.Kernel;
using Takt.Supervisor;

namespace Takt.Cli.Demo;

/// <summary>Starts Takt, plays the steps one after another, tells what happened, and stays up or stops.</summary>
internal sealed partial class DemoRun(Output output, UpOptions options, bool once)
{
    private const string FirstProject = "flights";

    private static readonly DemoStep[] steps =
        [new DeliverJanuary(), new TrainFirst(), new ReplayFebruary(), new FindWhatHappened(), new RetrainAndRollOut(), new PoisonAndRollBack(), new Reproduce(), new VerifyJournal()];

    private readonly Stopwatch clock = Stopwatch.StartNew();

    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var (flights, definition) = (DemoFiles.Flights(), DemoFiles.Definition());
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var up = new TaskCompletionSource<RunningTakt>(TaskCreationOptions.RunContinuationsAsynchronously);
        var supervisor = TaktSupervisor.RunAsync(options, Tell, up.SetResult, TimeProvider.System, stop.Token);
        try
        {
            if (await Task.WhenAny(up.Task, supervisor) == supervisor) await supervisor;
            var takt = await up.Task;
            Say($"Takt is up on {takt.Url.GetLeftPart(UriPartial.Authority)}, home {options.Home.Folder}");
            var held = await PlayAsync(takt, flights, definition, cancellationToken);
            if (once || cancellationToken.IsCancellationRequested) return held ? 0 : 1;
            await InviteAsync(takt, cancellationToken);
            await Task.WhenAny(supervisor, Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken));
            return held ? 0 : 1;
        }
        finally
        {
            await stop.CancelAsync();
            await supervisor.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }

    private async Task InviteAsync(RunningTakt takt, CancellationToken cancellationToken)
    {
        using var api = ApiClient.For(options.Home);
        var link = await api.PostAsync<JsonElement>("api/v1/sign-in/links", null, cancellationToken);
        output.Line($"Takt stays up on {takt.Url.GetLeftPart(UriPartial.Authority)} until Ctrl-C.");
        output.Line($"Look at it (the link signs in once, within ten minutes; a new one: takt open --home {options.Home.Folder}):");
        output.Line($"  {new Uri(takt.Url, link.Text("path"))}");
    }

    private async Task<bool> PlayAsync(RunningTakt takt, string flights, string definition, CancellationToken cancellationToken)
    {
        using var api = ApiClient.For(options.Home);
        var project = await NewProjectAsync(api, cancellationToken);
        var text = ProjectLine().Replace(await File.ReadAllTextAsync(definition, cancellationToken), $"project: {project}", 1);
        await api.PostAsync<JsonElement>(ApiClient.InProject(project, "definition/apply"), new { file = text, files = new Dictionary<string, string>() }, cancellationToken);
        Say($"applied {Path.GetRelativePath(Environment.CurrentDirectory, definition)} to project '{project}'");

        var folder = Directory.CreateTempSubdirectory("takt-demo-").FullName;
        try
        {
            var token = (await File.ReadAllTextAsync(Path.Combine(options.Home.Tokens, "admin.token"), cancellationToken)).Trim();
            using var world = new DemoWorld(api, project, new FlightBook(flights, folder), new FlightTraffic(takt.DataPlaneUrl, project, DemoWorld.Deployment, token, 16), folder, Say);
            foreach (var step in steps)
            {
                Say(step.Title);
                if (await HeldAsync(step, world, cancellationToken)) continue;
                Show(world.Table, held: false);
                return false;
            }
            world.Table.Figures["seconds"] = clock.Elapsed.TotalSeconds;
            Show(world.Table, held: true);
            Say(string.Create(CultureInfo.InvariantCulture, $"every step held, {clock.Elapsed.TotalSeconds:0} s"));
            return true;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private async Task<bool> HeldAsync(DemoStep step, DemoWorld world, CancellationToken cancellationToken)
    {
        try
        {
            await step.RunAsync(world, cancellationToken);
            return true;
        }
        catch (StepFailedException e)
        {
            world.Table.Add(step.Title, $"DID NOT HOLD: {e.Message}", "");
            output.Remark($"takt: step '{step.Title}' did not hold: {e.Message}");
            return false;
        }
        catch (Exception e) when (e is KeyNotFoundException or JsonException or InvalidOperationException)
        {
            world.Table.Add(step.Title, $"DID NOT HOLD: an answer was not what the step expects: {e.Message}", "");
            output.Remark($"takt: step '{step.Title}' did not hold: an answer was not what it expects: {e.Message}");
            return false;
        }
        catch (RefusedException e)
        {
            world.Table.Add(step.Title, $"DID NOT HOLD: {e.Problem}", "");
            output.Remark($"takt: step '{step.Title}' did not hold.");
            output.Refusal(e.Problem);
            return false;
        }
    }

    private void Show(DemoTable table, bool held) => output.Show(new { held, table.Lines, table.Figures }, _ => table.Print(output.Console));

    /// <summary>A project of its own for each time it is played: what an earlier one left - also one that was killed - stands as it was, and its journal goes on.</summary>
    private async Task<string> NewProjectAsync(ApiClient api, CancellationToken cancellationToken)
    {
        var taken = (await api.GetAsync<JsonElement>("api/v1/projects", cancellationToken)).Items().Select(p => p.Text("name")).ToHashSet();
        var name = FirstProject;
        for (var n = 2; taken.Contains(name); n++) name = $"{FirstProject}-{n}";
        if (name != FirstProject) Say($"the demo was played here before: what it left stands as it was, this time it plays in project '{name}'");
        await api.PostAsync<JsonElement>("api/v1/projects", new { name }, cancellationToken);
        return name;
    }

    private void Say(string what) => output.Line(string.Create(CultureInfo.InvariantCulture, $"{clock.Elapsed.TotalSeconds,6:0.0} s  {what}"));

    private void Tell(SupervisorNews news)
    {
        if (news.IsTrouble) output.Remark($"{news.Who}: {news.What}");
        else Say($"  {news.Who}: {news.What}");
    }

    [GeneratedRegex("^project:.*$", RegexOptions.Multiline)]
    private static partial Regex ProjectLine();
}
