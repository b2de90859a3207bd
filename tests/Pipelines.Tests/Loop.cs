using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Takt.Datasets;
using Takt.Definitions;
using Takt.Kernel;
using Takt.Pipelines.Runs;
using Takt.Quality;
using Takt.Registry;
using Takt.Serving;
using Takt.TestHost;
using Takt.TestKit;
using Takt.Tracking;

namespace Takt.Pipelines.Tests;

/// <summary>A server with every module up to Pipelines and Definitions, on a real database; the deployments are by hand.</summary>
internal sealed class Loop : IAsyncDisposable
{
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(60);

    private Loop(TestServer server) => Server = server;

    public TestServer Server { get; }

    public DeploymentsByHand Deployments => (DeploymentsByHand)Server.Get<IDeployments>();

    /// <param name="definition">Applied before it is handed out; null: nothing.</param>
    public static async Task<Loop> StartAsync(string? definition, TestServerSetup? setup = null, params (string Path, string Text)[] files)
    {
        Environment.SetEnvironmentVariable("TAKT_EXECUTABLE", Environment.ProcessPath);
        setup = (setup ?? new TestServerSetup()) with { Services = services => services.AddSingleton<IDeployments, DeploymentsByHand>() };
        var loop = new Loop(await TestServer.StartAsync(setup, new DatasetsModule(), new TrackingModule(), new QualityModule(), new RegistryModule(), new PipelinesModule(), new DefinitionsModule()));
        if (definition is not null) await loop.ApplyAsync(definition, files);
        return loop;
    }

    public async Task<JsonNode> ApplyAsync(string definition, params (string Path, string Text)[] files) =>
        await PostAsync("definition/apply", new { file = definition.ReplaceLineEndings("\n"), files = files.ToDictionary(f => f.Path, f => f.Text) });

    public async Task<JsonNode> PostAsync(string path, object body)
    {
        var answer = await Server.Client.PostAsJsonAsync($"/api/v1/projects/default/{path}", body);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{path}: {(int)answer.StatusCode} {text}");
        return JsonNode.Parse(text)!;
    }

    public async Task<JsonNode> GetAsync(string path) => JsonNode.Parse(await Server.Client.GetStringAsync($"/api/v1/projects/default/{path}"))!;

    public async Task<string> StartRunAsync(string pipeline, params (string Name, string Value)[] parameters) =>
        (await PostAsync($"pipelines/{pipeline}/runs", new { @params = parameters.ToDictionary(p => p.Name, p => p.Value) }))["id"]!.GetValue<string>();

    public async Task<JsonNode> RunAsync(string pipeline, params (string Name, string Value)[] parameters) => await EndAsync(await StartRunAsync(pipeline, parameters));

    /// <summary>Waits until the run is over.</summary>
    public Task<JsonNode> EndAsync(string run) => UntilAsync(run, state => state is not ("queued" or "running" or "waiting"));

    /// <summary>Waits for a state of the run.</summary>
    public async Task<JsonNode> UntilAsync(string run, Func<string, bool> state)
    {
        using var deadline = new CancellationTokenSource(patience);
        while (true)
        {
            var now = await GetAsync($"pipeline-runs/{run}");
            if (state(now["state"]!.GetValue<string>())) return now;
            Assert.False(deadline.IsCancellationRequested, $"Run {run} is still {now["state"]}: {now.ToJsonString(new JsonSerializerOptions { WriteIndented = true })}");
            await Task.Delay(50);
        }
    }

    public async Task<string> LogAsync(string run, string step) => (await GetAsync($"pipeline-runs/{run}/logs?step={step}"))["text"]!.GetValue<string>();

    public static JsonNode Step(JsonNode run, string name) => run["steps"]!.AsArray().First(s => s!["name"]!.GetValue<string>() == name)!;

    public static string State(JsonNode node) => node["state"]!.GetValue<string>();

    public static void Succeeded(JsonNode run) => Assert.True(State(run) == "succeeded", run.ToJsonString(new JsonSerializerOptions { WriteIndented = true }));

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}
