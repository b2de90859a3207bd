using System.Text;
using Takt.Artifacts;
using Takt.Kernel;

namespace Takt.Tracking.Tests;

public sealed class ExperimentsAndRuns
{
    [Fact]
    public async Task The_first_start_makes_experiment_0_and_the_next_starts_leave_it()
    {
        await using var lab = await Lab.OpenAsync();
        await new DefaultExperiment(lab.Of<ExperimentStore>()).StartAsync(Lab.Stop);

        Assert.Equal((0, "Default"), await lab.Of<ExperimentStore>().ListAsync(ProjectId.Default, Lab.Stop) is [var only] ? (only.Id, only.Name) : default);
        Assert.Equal(["experiment.created"], lab.Journal.Kinds);
    }

    [Fact]
    public async Task Experiments_are_numbered_over_the_whole_server_and_named_by_project()
    {
        await using var lab = await Lab.OpenAsync();
        var first = await lab.Tracking.EnsureExperimentAsync(lab.Alice, "flights", Lab.Stop);
        var again = await lab.Tracking.EnsureExperimentAsync(lab.Alice, "flights", Lab.Stop);
        var elsewhere = await lab.Tracking.EnsureExperimentAsync(lab.Stranger, "flights", Lab.Stop);

        Assert.Equal(1, first);
        Assert.Equal(first, again);
        Assert.NotEqual(first, elsewhere);
    }

    [Fact]
    public async Task A_run_keeps_what_it_logged()
    {
        await using var lab = await Lab.OpenAsync();
        var run = await lab.RunAsync();
        await lab.Tracking.LogAsync(lab.Alice, run, new Dictionary<string, string> { ["depth"] = "6" }, [new("auc", 0.6, 1000, 1), new("auc", 0.7, 1001, 2)], Lab.Stop);
        var blob = await lab.Of<IArtifactStore>().PutAsync(ProjectId.Default, Encoding.UTF8.GetBytes("model"), Lab.Stop);
        await lab.Tracking.AttachArtifactAsync(lab.Alice, run, new RunArtifact("model/model.onnx", blob.Digest, 0), Lab.Stop);
        await lab.Tracking.EndRunAsync(lab.Alice, run, RunStatus.Finished, Lab.Stop);

        var found = await lab.Tracking.FindAsync(ProjectId.Default, run, Lab.Stop);
        Assert.NotNull(found);
        Assert.Equal(RunStatus.Finished, found.Status);
        Assert.NotNull(found.EndedAt);
        Assert.Equal("6", found.Params["depth"]);
        Assert.Equal(0.7, found.Metrics["auc"]);
        Assert.Equal(found.Name, found.Tags["mlflow.runName"]);
        Assert.Equal(new RunArtifact("model/model.onnx", blob.Digest, 5), Assert.Single(found.Artifacts));
        Assert.Equal(["experiment.created", "experiment.created", "run.started", "artifact.attached", "run.ended"], lab.Journal.Kinds);
    }

    [Fact]
    public async Task Finish_of_an_ended_run_changes_nothing()
    {
        await using var lab = await Lab.OpenAsync();
        var run = await lab.RunAsync();
        await lab.Tracking.EndRunAsync(lab.Alice, run, RunStatus.Failed, Lab.Stop);
        await lab.Tracking.EndRunAsync(lab.Alice, run, RunStatus.Finished, Lab.Stop);

        Assert.Equal(RunStatus.Failed, (await lab.Tracking.FindAsync(ProjectId.Default, run, Lab.Stop))!.Status);
        Assert.Single(lab.Journal.Kinds, "run.ended");
    }

    [Fact]
    public async Task A_run_is_not_seen_and_not_written_from_another_project()
    {
        await using var lab = await Lab.OpenAsync();
        var run = await lab.RunAsync();

        Assert.Null(await lab.Tracking.FindAsync(lab.Stranger.Project, run, Lab.Stop));
        var refused = await Assert.ThrowsAsync<RefusedException>(() => lab.Tracking.LogAsync(lab.Stranger, run, new Dictionary<string, string>(), [new("auc", 1, 1, 1)], Lab.Stop));
        Assert.Equal("run-not-found", refused.Problem.Type);
        await Assert.ThrowsAsync<RefusedException>(() => lab.Tracking.EndRunAsync(lab.Stranger, run, RunStatus.Killed, Lab.Stop));
        Assert.Empty(await lab.HistoryAsync(run, "auc"));
    }

    [Fact]
    public async Task A_param_keeps_its_first_value_and_the_refused_call_writes_nothing()
    {
        await using var lab = await Lab.OpenAsync();
        var run = await lab.RunAsync();
        await lab.Tracking.LogAsync(lab.Alice, run, new Dictionary<string, string> { ["depth"] = "6" }, [], Lab.Stop);
        await lab.Tracking.LogAsync(lab.Alice, run, new Dictionary<string, string> { ["depth"] = "6" }, [], Lab.Stop);

        var refused = await Assert.ThrowsAsync<RefusedException>(() =>
            lab.Tracking.LogAsync(lab.Alice, run, new Dictionary<string, string> { ["depth"] = "7", ["rate"] = "0.1" }, [new("auc", 1, 1, 1)], Lab.Stop));

        Assert.Equal("param-changed", refused.Problem.Type);
        var found = (await lab.Tracking.FindAsync(ProjectId.Default, run, Lab.Stop))!;
        Assert.Equal(new Dictionary<string, string> { ["depth"] = "6" }, found.Params);
        Assert.Empty(found.Metrics);
    }

    [Theory]
    [InlineData("../etc/passwd"), InlineData("/etc/passwd"), InlineData("a/../../b"), InlineData("a\\b"), InlineData("%2e%2e/etc"), InlineData("%252e%252e/etc"), InlineData(""), InlineData("a//b"), InlineData("file:///etc"), InlineData("a\nb")]
    public async Task A_path_that_climbs_is_refused(string path)
    {
        await using var lab = await Lab.OpenAsync();
        var run = await lab.RunAsync();
        var blob = await lab.Of<IArtifactStore>().PutAsync(ProjectId.Default, new byte[] { 1 }, Lab.Stop);

        var refused = await Assert.ThrowsAsync<RefusedException>(() => lab.Tracking.AttachArtifactAsync(lab.Alice, run, new RunArtifact(path, blob.Digest, 1), Lab.Stop));
        Assert.Equal("artifact-path-invalid", refused.Problem.Type);
    }
}
