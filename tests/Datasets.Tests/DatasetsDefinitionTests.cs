using Takt.Kernel;

namespace Takt.Datasets.Tests;

public sealed class DatasetsDefinitionTests
{
    private static SpecScalar Text(string text) => new(text, false, 1, 1);

    private static SpecList List(params SpecNode[] items) => new(items, 1, 1);

    private static SpecMap Map(params (string Name, SpecNode Value)[] entries) => new([.. entries.Select((e, i) => new SpecEntry(e.Name, e.Value, i + 1, 1))], 1, 1);

    private static SpecMap Flights(params SpecNode[] checks) => Map(("flights", Map(
        ("owner", Text("ops")), ("purpose", Text("delays")), ("access", Text("public")), ("time", Text("date")),
        ("columns", Map(("date", Text("timestamp")), ("distance", Text("integer")), ("origin", Text("text")), ("destination", Text("text")))),
        ("checks", List(checks)))));

    [Fact]
    public async Task A_definition_is_read_planned_and_applied_once()
    {
        await using var host = await DatasetsHost.StartAsync();
        var errors = new SpecErrors();
        var spec = host.Definition.Read(Flights(
            Map(("not-empty", List(Text("origin"), Text("destination")))),
            Map(("between", Map(("column", Text("distance")), ("min", Text("20")), ("max", Text("5100")), ("share", Text("0.999"))))),
            Map(("mean", Map(("column", Text("distance")), ("tolerance", Text("0.15"))))),
            Map(("matches", Map(("column", Text("origin")), ("pattern", Text("[A-Z]{3}"))))),
            Map(("between", Map(("column", Text("date")), ("from", Text("2001-01-01")), ("to", Text("2001-12-31"))))),
            Map(("fresh", Map(("within", Text("2d"))))),
            Text("like-last")), errors, _ => null);
        Assert.Empty(errors.All);
        Assert.Equal(ChangeVerb.Create, Assert.Single(await host.Definition.PlanAsync(DatasetsHost.Caller, spec, default)).Verb);
        await host.Definition.ApplyAsync(DatasetsHost.Caller, spec, default);
        Assert.Equal(ChangeVerb.Keep, Assert.Single(await host.Definition.PlanAsync(DatasetsHost.Caller, spec, default)).Verb);

        var standing = (await host.Datasets.FindAsync(ProjectId.Default, "flights", default))!;
        Assert.Equal(["not-empty origin", "not-empty destination", "between distance", "mean distance", "matches origin", "between date", "fresh ", "like-last "],
            standing.Checks.Select(c => $"{c.Kind} {c.Column}"));
        Assert.Equal((0.999, 172_800, 0.99), (standing.Checks[2].Share, standing.Checks[6].Max, standing.Checks[7].Share));

        var changed = host.Definition.Read(Flights(Text("like-last")), errors, _ => null);
        var change = Assert.Single(await host.Definition.PlanAsync(DatasetsHost.Caller, changed, default));
        Assert.Equal((ChangeVerb.Change, 1), (change.Verb, change.Details.Count));
    }

    [Fact]
    public async Task Every_mistake_is_named()
    {
        await using var host = await DatasetsHost.StartAsync();
        var errors = new SpecErrors();
        host.Definition.Read(Map(
            ("Flights", Map(("owner", Text("ops")), ("acces", Text("public")), ("columns", Map(("n", Text("float")))))),
            ("more", Text("text")),
            ("third", Map(("owner", Text("x")), ("purpose", Text("y")), ("access", Text("secret")), ("time", Text("at")), ("columns", Map(("n", Text("integer")))),
                ("checks", List(Text("nonsense"), Map(("between", Text("n"))), Map(("matches", Map(("column", Text("m")), ("patern", Text("x")))))))))), errors, _ => null);
        var told = string.Join('\n', errors.All);
        foreach (var expected in (string[])["'Flights' is no name", "no 'acces'. Did you mean 'access'?", "needs 'purpose'", "Column 'n' needs a type", "Dataset 'more' must hold named values",
                     "'secret' is no access class", "time column 'at' is not among", "no check 'nonsense'", "Check 'between' needs 'min' or 'max'", "no 'patern'. Did you mean 'pattern'?", "column 'm', which is not declared"])
            Assert.Contains(expected, told, StringComparison.Ordinal);
    }
}
