using Takt.Kernel;
using Takt.Quality;
using Takt.Tracking;

namespace Takt.Registry.Tests;

public sealed class RegistrationTests
{
    [Fact]
    public async Task A_version_keeps_its_whole_provenance_and_its_fact_tells_the_lineage()
    {
        await using var lab = await RegistryLab.OpenAsync();
        var tracking = lab.Of<ITracking>();
        var run = await tracking.StartRunAsync(lab.Editor, await tracking.EnsureExperimentAsync(lab.Editor, "flights", RegistryLab.Stop), "", new Dictionary<string, string>(), RegistryLab.Stop);
        var model = await lab.ModelAsync();
        var verdict = await lab.JudgeAsync(model);
        var data = new DatasetUse("flights", 3, ChunkedDigest.Of([3]));
        var reference = await lab.ModelAsync();
        var from = new Provenance(run, "p1", [data], verdict.Id, """{"seed": 1}""", reference, """{"inputs": []}""");

        var version = (await lab.Registry.RegisterAsync(lab.Editor, "flight-late", model, from, RegistryLab.Stop)).Value;

        Assert.Equal("flight-late/1", version.ToString());
        Assert.Equal(model, version.Digest);
        Assert.Equivalent(from, version.Provenance);
        Assert.Equivalent(version, (await lab.Registry.ResolveAsync(ProjectId.Default, "flight-late/1", RegistryLab.Stop)).Value);
        var fact = Assert.Single(lab.Journal.Facts, f => f.Kind == "model.version.registered");
        Assert.Equal(
            [
                $"dataset-version:flights/3 trained-on run:{run}", $"run:{run} built-from model-version:flight-late/1", "pipeline-run:p1 built-by model-version:flight-late/1",
                $"verdict:{verdict.Id} let-through model-version:flight-late/1", $"blob:{model} content-of model-version:flight-late/1", $"blob:{reference} reference-of model-version:flight-late/1",
            ],
            fact.Edges.Select(e => $"{e.From} {e.Relation} {e.To}"));
        Assert.Equal("flight-late/1", Assert.Single(await lab.Of<VersionStore>().TrainedOnAsync(ProjectId.Default, "flights", 3, RegistryLab.Stop)).ToString());
    }

    [Fact]
    public async Task Numbers_count_from_1_by_model_also_when_many_register_at_once()
    {
        await using var lab = await RegistryLab.OpenAsync();
        var models = new List<(Digest Model, VerdictId Verdict)>();
        for (var i = 0; i < 6; i++)
        {
            var model = await lab.ModelAsync();
            models.Add((model, (await lab.JudgeAsync(model)).Id));
        }
        var numbers = await Task.WhenAll(models.Select(async m => (await lab.Registry.RegisterAsync(lab.Editor, "a", m.Model, RegistryLab.From(m.Verdict), RegistryLab.Stop)).Value.Number));

        Assert.Equal([1, 2, 3, 4, 5, 6], numbers.Order());
        Assert.Equal(1, (await lab.RegisterAsync("b")).Number);
    }

    [Fact]
    public async Task A_retried_registration_gives_the_version_it_made()
    {
        await using var lab = await RegistryLab.OpenAsync();
        var model = await lab.ModelAsync();
        var from = RegistryLab.From((await lab.JudgeAsync(model)).Id);
        var first = await lab.Registry.RegisterAsync(lab.Editor, "a", model, from, RegistryLab.Stop);
        var second = await lab.Registry.RegisterAsync(lab.Editor, "a", model, from, RegistryLab.Stop);

        Assert.Equal((1, 1), (first.Value.Number, second.Value.Number));
        Assert.Single(lab.Journal.Kinds, "model.version.registered");
    }

    [Fact]
    public async Task Nothing_is_registered_without_a_verdict_that_lets_this_very_file_through()
    {
        await using var lab = await RegistryLab.OpenAsync();
        var (good, bad) = (await lab.ModelAsync(), await lab.ModelAsync());
        var (passed, refused) = (await lab.JudgeAsync(good), await lab.JudgeAsync(bad, auc: 0.5));
        async Task<Problem?> TryAsync(Digest model, Provenance from) => (await lab.Registry.RegisterAsync(lab.Editor, "a", model, from, RegistryLab.Stop)).Problem;

        Assert.Equal("verdict-missing", (await TryAsync(good, RegistryLab.From(null)))!.Type);
        Assert.Equal("verdict-not-found", (await TryAsync(good, RegistryLab.From(Id.New<VerdictId>(TimeProvider.System))))!.Type);
        Assert.Equal("verdict-of-another-model", (await TryAsync(bad, RegistryLab.From(passed.Id)))!.Type);
        var problem = (await TryAsync(bad, RegistryLab.From(refused.Id)))!;
        Assert.Equal("gate-refused", problem.Type);
        Assert.Equal(["auc at least 0.6: 0.5"], problem.Findings);
        Assert.Equal("blob-not-found", (await TryAsync(ChunkedDigest.Of([1]), RegistryLab.From(passed.Id)))!.Type);
        Assert.Equal("run-not-found", (await TryAsync(good, RegistryLab.From(passed.Id, Id.New<RunId>(TimeProvider.System))))!.Type);
        Assert.Equal("model-name-invalid", (await lab.Registry.RegisterAsync(lab.Editor, "a/b", good, RegistryLab.From(passed.Id), RegistryLab.Stop)).Problem!.Type);
        Assert.Empty(await lab.Of<ModelStore>().ListAsync(ProjectId.Default, null, 10, RegistryLab.Stop));

        await lab.Of<IGate>().OverrideAsync(lab.Approver, refused.Id, "To see it rolled back.", RegistryLab.Stop);
        Assert.Null(await TryAsync(bad, RegistryLab.From(refused.Id)));
    }

    [Theory]
    [InlineData("flight-late/1", null), InlineData("flight-late/2", "model-version-not-found"), InlineData("flight-late@champion", "alias-not-found"), InlineData("other/1", "model-version-not-found"), InlineData("flight-late", "model-reference-invalid"), InlineData("flight-late/-1", "model-reference-invalid"), InlineData("", "model-reference-invalid")]
    public async Task A_reference_is_read_or_refused(string reference, string? problem)
    {
        await using var lab = await RegistryLab.OpenAsync();
        await lab.RegisterAsync();
        Assert.Equal(problem, (await lab.Registry.ResolveAsync(ProjectId.Default, reference, RegistryLab.Stop)).Problem?.Type);
        Assert.NotNull((await lab.Registry.ResolveAsync(Id.New<ProjectId>(TimeProvider.System), reference, RegistryLab.Stop)).Problem);
    }
}
