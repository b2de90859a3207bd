using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Takt.Kernel;
using Takt.TestHost;

namespace Takt.Journal.Tests;

public sealed class ReadingTests
{
    [Fact]
    public async Task Facts_are_listed_by_kind_and_subject_in_pages_both_ways()
    {
        await using var server = await TestServer.StartAsync();
        FactId last = default;
        for (var i = 0; i < 5; i++)
        {
            await server.AppendAsync(Facts.Any("model.trained", $$"""{"n":{{i}}}""") with { Subject = new Subject("model", $"m{i % 2}") });
            last = await server.AppendAsync("dataset.made", "{}");
        }
        await server.Get<IJournal>().SequencedAsync(last, default);

        Assert.Equal([0, 1, 2, 3, 4], (await ListAsync(server, "kind=model.trained")).Select(N));
        Assert.Equal([4, 3], (await ListAsync(server, "kind=model.*&newest=true&limit=2")).Select(N));
        Assert.Equal([1, 3], (await ListAsync(server, "subject=model:m1")).Select(N));
        Assert.Equal(10, (await ListAsync(server, "kind=model.trained&kind=dataset.*")).Count);
        Assert.Empty(await ListAsync(server, "kind=model"));

        var pages = new List<int>();
        for (string? page = null; ;)
        {
            var answer = await server.Client.GetFromJsonAsync<JsonElement>($"/api/v1/projects/default/journal/facts?kind=model.*&newest=true&limit=2{(page is null ? "" : $"&page={page}")}");
            pages.AddRange(answer.GetProperty("items").EnumerateArray().Select(N));
            if (!answer.TryGetProperty("next", out var next)) break;
            page = next.GetString();
        }
        Assert.Equal([4, 3, 2, 1, 0], pages);
        Assert.Equal(HttpStatusCode.BadRequest, (await server.Client.GetAsync("/api/v1/projects/default/journal/facts?subject=x")).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await server.Client.GetAsync("/api/v1/projects/default/journal/facts?limit=0")).StatusCode);
    }

    [Fact]
    public async Task One_fact_comes_with_its_proof_and_another_projects_fact_is_not_there()
    {
        await using var server = await TestServer.StartAsync();
        var mine = await server.Get<IJournal>().SequencedAsync(await server.AppendAsync("test.happened", "{}"), default);
        var theirs = await server.Get<IJournal>().SequencedAsync(await server.AppendAsync(Facts.Any("test.happened") with { Project = new ProjectId(Guid.CreateVersion7()) }), default);

        var answer = await server.Client.GetFromJsonAsync<JsonElement>($"/api/v1/projects/default/journal/facts/{mine.Position}");
        Assert.Equal(mine.Root.ToString(), answer.GetProperty("checkpoint").GetProperty("root").GetString());
        var path = answer.GetProperty("proof").GetProperty("path").EnumerateArray().Select(p => Digest.Parse(p.GetString()!)).ToList();
        var leaf = Digest.Parse(answer.GetProperty("fact").GetProperty("leaf").GetString()!);
        Assert.Equal(mine.Root, Tree.InclusionPath.Root(leaf, mine.Position, mine.TreeSize, path));
        Assert.Equal(HttpStatusCode.NotFound, (await server.Client.GetAsync($"/api/v1/projects/default/journal/facts/{theirs.Position}")).StatusCode);
    }

    [Fact]
    public async Task Lineage_is_walked_up_to_the_sources_and_down_to_what_came_of_them()
    {
        await using var server = await TestServer.StartAsync();
        LineageEdge Edge(string from, string to, string relation) => new(Subject.Parse(from), Subject.Parse(to), relation);
        await server.AppendAsync(Facts.Any("dataset.version.created", "{}", Edge("delivery:d1", "dataset-version:flights/1", "accepted-as")));
        await server.AppendAsync(Facts.Any("model.version.created", "{}", Edge("dataset-version:flights/1", "run:r1", "trained-on"), Edge("run:r1", "model-version:late/1", "built-by")));
        await server.AppendAsync(Facts.Any("loop.closed", "{}", Edge("model-version:late/1", "delivery:d1", "caused")));
        var other = Facts.Any("model.version.created", "{}", Edge("dataset-version:flights/1", "model-version:theirs/1", "trained-on")) with { Project = new ProjectId(Guid.CreateVersion7()) };
        await server.Get<IJournal>().SequencedAsync(await server.AppendAsync(other), default);

        var up = await server.Client.GetFromJsonAsync<JsonElement>("/api/v1/projects/default/lineage?subject=model-version:late/1&direction=up");
        Assert.Equal(["model-version:late/1", "run:r1", "dataset-version:flights/1", "delivery:d1"], up.GetProperty("subjects").EnumerateArray().Select(s => s.GetString()));
        Assert.False(up.GetProperty("cut").GetBoolean());
        var down = await server.Client.GetFromJsonAsync<JsonElement>("/api/v1/projects/default/lineage?subject=delivery:d1&direction=down");
        Assert.Contains("model-version:late/1", down.GetProperty("subjects").EnumerateArray().Select(s => s.GetString()));
        Assert.DoesNotContain("model-version:theirs/1", down.GetProperty("subjects").EnumerateArray().Select(s => s.GetString()));
    }

    private static async Task<List<JsonElement>> ListAsync(TestServer server, string query) =>
        [.. (await server.Client.GetFromJsonAsync<JsonElement>($"/api/v1/projects/default/journal/facts?{query}")).GetProperty("items").EnumerateArray()];

    private static int N(JsonElement fact) => fact.GetProperty("payload").GetProperty("n").GetInt32();
}
