using Takt.Kernel;

namespace Takt.Quality.Tests;

public sealed class GatesDefinitionTests
{
    [Fact]
    public async Task A_gate_is_planned_applied_found_and_taken_away()
    {
        await using var lab = await GateLab.OpenAsync();
        var part = lab.Of<IEnumerable<IDefinitionPart>>().Single(p => p.Key == "gates");
        var errors = new SpecErrors();
        var spec = part.Read(Map(("late", Map(
            ("metrics", Map(("log_loss", Map(("at-most", Text("0.55")))))),
            ("champion", Map(("min-rows", Text("5000")), ("margin", Text("0.001")))),
            ("latency-p99", Text("5ms"))))), errors, _ => null);
        Assert.False(errors.Any);

        Assert.Equal(ChangeVerb.Create, Assert.Single(await part.PlanAsync(lab.Alice, spec, GateLab.Stop)).Verb);
        await part.ApplyAsync(lab.Alice, spec, GateLab.Stop);
        await part.ApplyAsync(lab.Alice, spec, GateLab.Stop);
        Assert.Equal(ChangeVerb.Keep, Assert.Single(await part.PlanAsync(lab.Alice, spec, GateLab.Stop)).Verb);
        var found = (await lab.Gate.FindSpecAsync(ProjectId.Default, "late", GateLab.Stop))!;
        Assert.Equal(new ChampionRule("log_loss", 5000, 0.001, 0.95), found.AgainstChampion);
        Assert.Equal(TimeSpan.FromMilliseconds(5), found.LatencyP99);

        await part.ApplyAsync(lab.Alice, part.Read(Map(), errors, _ => null), GateLab.Stop);
        Assert.Null(await lab.Gate.FindSpecAsync(ProjectId.Default, "late", GateLab.Stop));
        Assert.Equal(["gate.defined", "gate.removed"], lab.Journal.Kinds);
    }

    [Fact]
    public void Every_mistake_is_told()
    {
        var errors = new SpecErrors();
        var part = new GatesDefinition(null!);
        part.Read(Map(("late", Map(
            ("metrics", Map(("auc", Map(("at-least", Text("0.9")), ("at-most", Text("0.1")))), ("log_loss", Map(("atmost", Text("1")))))),
            ("champion", Map(("metric", Text("auc")), ("confidence", Text("95")), ("min-rows", Text("1")))),
            ("latency-p9", Text("5ms"))))), errors, _ => null);
        var told = errors.All.Select(e => e.ToString()).ToList();
        Assert.Equal(7, told.Count);
        Assert.Contains(told, t => t.Contains("Did you mean 'latency-p99'?", StringComparison.Ordinal));
        Assert.Contains(told, t => t.Contains("Did you mean 'at-most'?", StringComparison.Ordinal));
    }

    private static SpecMap Map(params (string Name, SpecNode Value)[] entries) => new([.. entries.Select(e => new SpecEntry(e.Name, e.Value, 1, 1))], 1, 1);

    private static SpecScalar Text(string text) => new(text, false, 1, 1);
}
