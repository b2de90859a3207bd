using Takt.Kernel;

namespace Takt.Monitoring.Tests;

public sealed class MonitorsDefinitionTests
{
    [Fact]
    public async Task Monitor_that_names_its_deployment_alone_gets_the_defaults()
    {
        await using var here = await Surroundings.CreateAsync();
        var part = new MonitorsDefinition(here.Monitors, here.Database.Database, here);
        var errors = new SpecErrors();
        var spec = part.Read(Map(("watch", Map(("deployment", Value("flight-late"))))), errors, _ => null);
        Assert.False(errors.Any);
        Assert.Equal([Specs.Default], (List<MonitorSpec>)spec);
    }

    [Fact]
    public async Task Every_mistake_is_told_at_once()
    {
        await using var here = await Surroundings.CreateAsync();
        var part = new MonitorsDefinition(here.Monitors, here.Database.Database, here);
        var errors = new SpecErrors();
        part.Read(Map(("watch", Map(("window", Value("2s")), ("alpha", Value("0.5")), ("min-row", Value("10")))), ("other", Value("x"))), errors, _ => null);
        Assert.Equal(5, errors.All.Count);
    }

    [Fact]
    public async Task Apply_makes_it_so_and_the_next_plan_keeps_it()
    {
        await using var here = await Surroundings.CreateAsync();
        var part = new MonitorsDefinition(here.Monitors, here.Database.Database, here);
        var caller = Caller.System(ProjectId.Default);
        Assert.Equal(ChangeVerb.Create, Assert.Single(await part.PlanAsync(caller, new List<MonitorSpec> { Specs.Default }, CancellationToken.None)).Verb);
        await part.ApplyAsync(caller, new List<MonitorSpec> { Specs.Default }, CancellationToken.None);
        Assert.Equal(ChangeVerb.Keep, Assert.Single(await part.PlanAsync(caller, new List<MonitorSpec> { Specs.Default }, CancellationToken.None)).Verb);
        var changed = Assert.Single(await part.PlanAsync(caller, new List<MonitorSpec> { Specs.Default with { Alpha = 0.05 } }, CancellationToken.None));
        Assert.Equal("alpha: 0.01 -> 0.05", Assert.Single(changed.Details));
        await part.ApplyAsync(caller, new List<MonitorSpec>(), CancellationToken.None);
        Assert.Empty(await here.Monitors.ListAsync(ProjectId.Default, CancellationToken.None));
        Assert.Equal(["monitor.defined", "monitor.removed"], here.Facts.Select(f => f.Kind));
    }

    private static SpecMap Map(params (string Name, SpecNode Value)[] entries) => new([.. entries.Select(e => new SpecEntry(e.Name, e.Value, 1, 1))], 1, 1);

    private static SpecScalar Value(string text) => new(text, false, 1, 1);
}
