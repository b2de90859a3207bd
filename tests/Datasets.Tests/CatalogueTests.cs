using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Takt.Kernel;
using static Takt.Datasets.Tests.DatasetsHost;

namespace Takt.Datasets.Tests;

public sealed class CatalogueTests
{
    [Fact]
    public async Task A_dataset_is_defined_listed_and_shown()
    {
        await using var host = await StartAsync();
        var body = new { owner = "ops", purpose = "tests", access = "public", checks = new[] { new { kind = "not-empty", column = "n" } } };
        Assert.Equal(HttpStatusCode.OK, (await host.Http.PutAsJsonAsync("b-rows", body)).StatusCode);
        await host.DefineAsync(Spec("a-rows"));
        _ = (await host.DeliverAsync("a-rows", Csv("n\n1\n"))).Value;

        var list = await host.GetAsync("?limit=1");
        Assert.Equal("a-rows", list.GetProperty("items")[0].GetProperty("spec").GetProperty("name").GetString());
        Assert.Equal(1, list.GetProperty("items")[0].GetProperty("latest").GetProperty("number").GetInt32());
        var next = await host.GetAsync($"?page={list.GetProperty("next").GetString()}");
        Assert.Equal("b-rows", next.GetProperty("items")[0].GetProperty("spec").GetProperty("name").GetString());
        var shown = await host.GetAsync("b-rows");
        Assert.Equal(1, shown.GetProperty("spec").GetProperty("checks")[0].GetProperty("share").GetDouble());
        Assert.False(shown.TryGetProperty("latest", out _));
    }

    [Fact]
    public async Task The_same_definition_again_is_no_fact()
    {
        await using var host = await StartAsync();
        await host.DefineAsync(Spec("rows"));
        await host.DefineAsync(Spec("rows"));
        await host.DefineAsync(Spec("rows") with { Owner = "somebody else" });
        Assert.Equal(["ops", "somebody else"], (await host.FactsAsync(2)).Select(f => JsonDocument.Parse(f.Payload).RootElement.GetProperty("owner").GetString()));
    }

    [Fact]
    public async Task Every_mistake_of_a_spec_is_told()
    {
        await using var host = await StartAsync();
        var spec = Spec("Rows", "when", [new("n", "float")], [new("between", "m", null, null, 1, null, []), new("nonsense", null, null, null, 1, null, [])]) with { Access = "secret" };
        var problem = (await host.Datasets.DefineAsync(DatasetsHost.Caller, spec, default)).Problem!;
        Assert.Equal("dataset-spec-invalid", problem.Type);
        Assert.Equal(7, problem.Findings.Count);
    }

    [Fact]
    public async Task What_is_not_there_is_404()
    {
        await using var host = await StartAsync();
        await host.DefineAsync(Spec("rows"));
        foreach (var path in (string[])["nowhere", "nowhere/versions", "nowhere/deliveries", "rows/versions/1", "rows/versions/latest", "rows/versions/x", "rows/versions/1/profile", "rows/deliveries/1"])
        {
            var response = await host.Http.GetAsync(path);
            Assert.Equal((path, HttpStatusCode.NotFound), (path, response.StatusCode));
            Assert.StartsWith("takt:", (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("type").GetString(), StringComparison.Ordinal);
        }
    }
}
