using Takt.Kernel;
using Takt.Pipelines.Runs;

namespace Takt.Pipelines.Tests.Runs;

public sealed class CommandTests
{
    private const string Project = """
        project: default
        datasets:
          fields: {owner: farm, purpose: tests, time: seen}
        pipelines:
          count:
            params: {word: hello}
            steps:
              one: {run: sh one.sh, inputs: {fields: "dataset:fields"}, outputs: [sum.txt]}
              two: {run: "cat in/sum > out/again.txt; echo $TAKT_PARAM_WORD >> out/again.txt", inputs: {sum: one/sum.txt}, outputs: [again.txt]}
          sleeper:
            steps:
              wait: {run: "echo begun; sleep 665544", outputs: [x]}
          careless:
            steps:
              link: {run: "ln -s /etc/shadow out/x", outputs: [x]}
          empty:
            steps:
              none: {run: "echo trouble >&2; exit 3", outputs: [x]}
        """;

    private static readonly (string, string) Script = ("one.sh", "ls in/fields | sha256sum > out/sum.txt; echo counted");

    [Fact]
    public async Task Commands_read_their_inputs_write_their_outputs_and_are_cached_by_all_they_depend_on()
    {
        await using var loop = await Loop.StartAsync(Project, null, Script);
        await Fields.DeliverAsync(loop.Server, 0, 2);
        var first = await loop.RunAsync("count");
        Loop.Succeeded(first);
        Assert.Contains("counted", await loop.LogAsync(first["id"]!.GetValue<string>(), "one"), StringComparison.Ordinal);

        var again = await loop.RunAsync("count");
        Assert.All(again["steps"]!.AsArray(), s => Assert.Equal("cached", Loop.State(s!)));
        var other = await loop.RunAsync("count", ("word", "bye"));
        Assert.Equal(("succeeded", "succeeded"), (Loop.State(Loop.Step(other, "one")), Loop.State(Loop.Step(other, "two"))));
        Assert.Contains("param.word hello -> bye", await loop.LogAsync(other["id"]!.GetValue<string>(), "two"), StringComparison.Ordinal);

        await loop.ApplyAsync(Project, (Script.Item1, Script.Item2 + "; echo more"));
        var changed = await loop.RunAsync("count");
        Assert.Equal("succeeded", Loop.State(Loop.Step(changed, "one")));
        Assert.Contains("code.one.sh", await loop.LogAsync(changed["id"]!.GetValue<string>(), "one"), StringComparison.Ordinal);
        Assert.Equal("cached", Loop.State(Loop.Step(changed, "two"))); // the same bytes came out of the changed code
    }

    [Fact]
    public async Task A_failing_command_says_its_last_words_and_a_link_is_no_output()
    {
        await using var loop = await Loop.StartAsync(Project, null, Script);
        Assert.Equal("none: trouble (exit code 3)", (await loop.RunAsync("empty"))["reason"]!.GetValue<string>());
        Assert.Contains("'x' is a link", (await loop.RunAsync("careless"))["reason"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_that_was_under_way_when_the_server_ended_goes_on_with_the_next_one()
    {
        var setup = new TestHost.TestServerSetup();
        string connection, id;
        var home = new TestKit.TestFolder();
        var first = await Loop.StartAsync(Project, setup with { Home = home }, Script);
        connection = first.Server.ConnectionString;
        id = await first.StartRunAsync("sleeper");
        while (!(await first.LogAsync(id, "wait")).Contains("begun", StringComparison.Ordinal)) await Task.Delay(20);
        await first.Server.App.StopAsync(); // as at the end of a server: its steps end with it
        Assert.Equal(RunState.Running, (await new RunStore(first.Server.Database).FindAsync(Id.Parse<PipelineRunId>(id), default))!.State);
        Assert.DoesNotContain(Directory.EnumerateDirectories("/proc").Where(p => char.IsAsciiDigit(p[^1])), p => File.Exists(Path.Combine(p, "cmdline")) && Text(p).Contains("665544", StringComparison.Ordinal));

        await using var second = await Loop.StartAsync(null, setup with { Home = home, ConnectionString = connection });
        await second.UntilAsync(id, s => s is "running");
        while ((int)Loop.Step(await second.GetAsync($"pipeline-runs/{id}"), "wait")["attempt"]! < 2) await Task.Delay(20);
        await second.PostAsync($"pipeline-runs/{id}/cancel", new { });
        Assert.Equal("cancelled", Loop.State(await second.EndAsync(id)));
    }

    private static string Text(string process)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, "cmdline"));
        }
        catch (IOException)
        {
            return "";
        }
    }
}
