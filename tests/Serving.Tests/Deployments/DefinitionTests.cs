using Takt.Kernel;

namespace Takt.Serving.Tests.Deployments;

public sealed class DefinitionTests
{
    [Fact]
    public void Defaults_stand_where_the_file_says_nothing()
    {
        var (specs, errors) = Read(new SpecMap([Entry("flight-late", new SpecMap([Entry("model", Word("flight-late"))], 2, 3))], 1, 1));
        Assert.Empty(errors.All);
        Assert.Equal(new DeploymentSpec("flight-late", "flight-late", DeploymentsDefinition.Defaults, false, null), Assert.Single(specs));
    }

    [Fact]
    public void Every_mistake_is_told_at_once()
    {
        var rollout = new SpecMap([Entry("stages", new SpecList([Word("50"), Word("10")], 4, 1)), Entry("alpha", Word("2")), Entry("min_request", Word("5"))], 3, 3);
        var (_, errors) = Read(new SpecMap([Entry("Bad Name", new SpecMap([Entry("rollout", rollout)], 2, 3))], 1, 1));
        var all = string.Join('\n', errors.All);
        Assert.Contains("no name for a deployment", all);
        Assert.Contains("needs 'model'", all);
        Assert.Contains("percentages that rise", all);
        Assert.Contains("The last stage is 100", all);
        Assert.Contains("'alpha' must lie between", all);
        Assert.Contains("Did you mean 'min-requests'?", all);
    }

    [Fact]
    public async Task Applying_twice_changes_nothing()
    {
        await using var scene = await ServingScene.StartAsync();
        var part = scene.Server.Get<IDefinitionPart>();
        var spec = new List<DeploymentSpec> { new("d", "model", DeploymentsDefinition.Defaults, false, null), new("e", "model", DeploymentsDefinition.Defaults, true, null) };
        Assert.Equal([ChangeVerb.Keep, ChangeVerb.Create], (await part.PlanAsync(TestHost.TestServer.Caller, spec, default)).Select(c => c.Verb));
        await part.ApplyAsync(TestHost.TestServer.Caller, spec, default);
        await part.ApplyAsync(TestHost.TestServer.Caller, spec, default);
        Assert.Equal(["deployment.applied", "deployment.applied"], await scene.FactsAsync(2));
        spec[0] = spec[0] with { FlushBeforeAnswer = true };
        Assert.Equal(["flush-before-answer: False -> True"], (await part.PlanAsync(TestHost.TestServer.Caller, spec, default))[0].Details);
    }

    private static (List<DeploymentSpec>, SpecErrors) Read(SpecMap map)
    {
        var errors = new SpecErrors();
        return ((List<DeploymentSpec>)new DeploymentsDefinition(null!, null!, null!, null!, TimeProvider.System).Read(map, errors, _ => null), errors);
    }

    private static SpecEntry Entry(string name, SpecNode value) => new(name, value, value.Line, value.Column);

    private static SpecScalar Word(string text) => new(text, false, 5, 5);
}
