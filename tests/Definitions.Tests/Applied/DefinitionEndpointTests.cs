using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Takt.Journal;
using Takt.Kernel;
using Takt.TestHost;

namespace Takt.Definitions.Tests.Applied;

public sealed class DefinitionEndpointTests
{
    private const string Sound = "project: default\nwords: {a: {word: x}, b: {word: y}}\n";

    private readonly WordsPart words = new("words");

    [Fact]
    public async Task Apply_makes_it_so_once_and_puts_it_on_record()
    {
        await using var server = await StartAsync();
        Assert.Equal(HttpStatusCode.NotFound, (await server.Client.GetAsync("/api/v1/projects/default/definition")).StatusCode);
        var plan = await SendAsync(server, "plan", Sound);
        Assert.Equal(["create", "create"], plan["changes"]!.AsArray().Select(c => c!["verb"]!.GetValue<string>()));
        Assert.Equal(0, words.Applied);

        var applied = await SendAsync(server, "apply", Sound);
        Assert.Equal(1, (int)applied["number"]!);
        Assert.Equal("x", words.Standing["a"]);
        var again = await SendAsync(server, "apply", Sound);
        Assert.Equal(1, (int)again["number"]!);
        Assert.Null(again["fact"]);
        var changed = await SendAsync(server, "apply", "project: default\nwords: {a: {word: z}}\n");
        Assert.Equal(2, (int)changed["number"]!);

        var last = JsonNode.Parse(await server.Client.GetStringAsync("/api/v1/projects/default/definition"))!;
        Assert.Contains("word: z", last["file"]!.GetValue<string>(), StringComparison.Ordinal);
        await server.Get<IJournal>().SequencedAsync(Id.Parse<FactId>(changed["fact"]!.GetValue<string>()), default);
        var facts = await server.Get<IJournal>().ReadAsync(ProjectId.Default, -1, 100, ["definition.applied"], default);
        Assert.Equal(2, facts.Count);
        Assert.Contains(changed["digest"]!.GetValue<string>(), facts[1].Fact.Payload, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_file_is_refused_whole_with_every_line()
    {
        await using var server = await StartAsync();
        var answer = await server.Client.PostAsJsonAsync("/api/v1/projects/default/definition/apply", new { file = "project: default\nwords: {a: {wort: x}}\nother: 1\n" });
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        var problem = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        Assert.Equal("takt:definition-invalid", problem["type"]!.GetValue<string>());
        Assert.Equal([2, 2, 3], problem["errors"]!.AsArray().Select(e => (int)e!["line"]!));
        Assert.Contains(problem["findings"]!.AsArray(), f => f!.GetValue<string>() == "line 2: a has no 'wort'. Did you mean 'word'?");
        Assert.Equal(0, words.Applied);
        var schema = JsonNode.Parse(await server.Client.GetStringAsync("/api/v1/definition/schema"))!;
        Assert.NotNull(schema["properties"]!["words"]);
    }

    [Fact]
    public async Task A_file_of_a_project_that_is_not_there_yet_is_checked_and_makes_nothing()
    {
        await using var server = await StartAsync();
        var answer = await server.Client.PostAsJsonAsync("/api/v1/definition/check?project=fresh", new { file = "project: fresh\nwords: {a: {word: x}}\n" });
        var plan = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        Assert.Equal(["create"], plan["changes"]!.AsArray().Select(c => c!["verb"]!.GetValue<string>()));
        var wrong = await server.Client.PostAsJsonAsync("/api/v1/definition/check?project=fresh", new { file = "project: fresh\nwords: {a: {wort: x}}\n" });
        Assert.Equal(HttpStatusCode.UnprocessableEntity, wrong.StatusCode);
        Assert.Equal(0, words.Applied);
        Assert.Equal(HttpStatusCode.NotFound, (await server.Client.GetAsync("/api/v1/projects/fresh")).StatusCode);
    }

    [Fact]
    public async Task Applies_at_the_same_time_do_not_mix()
    {
        await using var server = await StartAsync();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => SendAsync(server, "apply", $"project: default\nwords: {{w{i}: {{word: x}}}}\n")));
        var last = JsonNode.Parse(await server.Client.GetStringAsync("/api/v1/projects/default/definition"))!;
        Assert.Equal(8, (int)last["number"]!);
        Assert.Contains(Assert.Single(words.Standing).Key, last["file"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    private Task<TestServer> StartAsync() =>
        TestServer.StartAsync(new TestServerSetup { Services = services => services.AddSingleton<IDefinitionPart>(words) }, new DefinitionsModule());

    private static async Task<JsonNode> SendAsync(TestServer server, string verb, string file)
    {
        var answer = await server.Client.PostAsJsonAsync($"/api/v1/projects/default/definition/{verb}", new { file });
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, text);
        return JsonNode.Parse(text)!;
    }
}
