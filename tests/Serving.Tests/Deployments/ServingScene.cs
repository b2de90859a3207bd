using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Takt.Artifacts;
using Takt.Journal;
using Takt.Kernel;
using Takt.Registry;
using Takt.Serving.Tests.Inference;
using Takt.TestHost;
using Takt.TestKit;

namespace Takt.Serving.Tests.Deployments;

/// <summary>A control plane with a real database and a real data plane at its side, and one deployment.</summary>
internal sealed class ServingScene : IAsyncDisposable
{
    private readonly TestFolder planeFolder = new();
    private readonly Random random = new(7);

    private ServingScene(RegistryStandIn registry) => Registry = registry;

    public RegistryStandIn Registry { get; }

    public TestServer Server { get; private set; } = null!;

    public RunningDataPlane Plane { get; private set; } = null!;

    public IDeployments Deployments => Server.Get<IDeployments>();

    public static async Task<ServingScene> StartAsync(RolloutSpec? rollout = null, bool flush = false)
    {
        var scene = new ServingScene(new RegistryStandIn());
        scene.Server = await TestServer.StartAsync(scene.Setup(), new ServingModule());
        var definition = scene.Server.Get<IDefinitionPart>();
        await definition.ApplyAsync(TestServer.Caller, new List<DeploymentSpec> { new("d", "model", rollout ?? DeploymentsDefinition.Defaults, flush, null) }, default);
        await scene.StartPlaneAsync();
        return scene;
    }

    public async Task<ModelVersion> VersionAsync(byte[] model)
    {
        var blob = await Server.Get<IArtifactStore>().PutAsync(ProjectId.Default, model, default);
        return Registry.Add(blob.Digest);
    }

    public async Task<Deployment> DeployAsync(ModelVersion version, bool skipShadow = false) =>
        (await Deployments.DeployAsync(TestServer.Caller, "d", version, skipShadow, "a test", default)).Value;

    /// <summary>One request; its id and which version answered.</summary>
    public async Task<(string Id, string Version)> AskAsync(double logit)
    {
        var answer = await Plane.InferAsync(RunningDataPlane.Body(logit, 0));
        return ((string)answer["id"]!, (string)answer["model_version"]!);
    }

    public async Task<JsonNode> TruthAsync(string body, string type = "application/json")
    {
        using var response = await Server.Client.PostAsync("/api/v1/projects/default/deployments/d/truth", new StringContent(body, Encoding.UTF8, type));
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return JsonNode.Parse(text)!;
    }

    /// <summary>Live traffic with truth that follows, until the rollout is over or so many requests were made; which version answered each.</summary>
    public async Task<List<string>> PlayAsync(int requests, bool withTruth = true)
    {
        var answered = new List<string>();
        for (var i = 0; i < requests; i += 50)
        {
            var asked = await Task.WhenAll(Enumerable.Range(0, 50).Select(async _ =>
            {
                double logit;
                bool label;
                lock (random) (logit, label) = Draw();
                var (id, version) = await AskAsync(logit);
                return (id, version, label);
            }));
            answered.AddRange(asked.Select(a => a.version));
            if (withTruth) await TruthAsync(string.Join('\n', asked.Select(a => $$"""{"request_id":"{{a.id}}","label":{{(a.label ? 1 : 0)}}}""")));
            if ((await Deployments.FindAsync(ProjectId.Default, "d", default))!.Rollout is null) break;
        }
        return answered;

        (double, bool) Draw()
        {
            var logit = -1 + 2 * (random.NextDouble() + random.NextDouble() - 1);
            return (logit, random.NextDouble() < 1 / (1 + Math.Exp(-logit)));
        }
    }

    /// <summary>The newest rollout, once its last decision is in force and closed.</summary>
    public async Task<Rollout> LastRolloutAsync()
    {
        for (var i = 0; i < 400; i++)
        {
            var history = await Server.Client.GetFromJsonAsync<List<Rollout>>("/api/v1/projects/default/deployments/d/history", TaktJson.Options);
            var last = history![0].Decisions[^1];
            if (history[0].Status != RolloutStatus.Running && last.InForceAt is not null && (last.Verb != "roll-back" || last.Evidence.ContainsKey("answeredInAll") || last.Evidence.ContainsKey("toRevision"))) return history[0];
            await Task.Delay(25);
        }
        throw new TimeoutException("The rollout did not end.");
    }

    /// <summary>Kinds of serving's facts, once there are so many.</summary>
    public async Task<IReadOnlyList<string>> FactsAsync(int count)
    {
        var journal = Server.Get<IJournal>();
        for (var position = -1L; ; position++)
        {
            var facts = await journal.ReadAsync(ProjectId.Default, -1, 1000, ["rollout.*", "revision.*", "deployment.*"], default);
            if (facts.Count >= count) return [.. facts.Select(f => f.Fact.Kind)];
            await journal.WaitForMoreAsync(position, default);
        }
    }

    public async Task StartPlaneAsync()
    {
        var token = (await File.ReadAllTextAsync(Server.Home["tokens/dataplane.token"])).Trim();
        Plane = await RunningDataPlane.StartAsync(Server.Address.ToString(), planeFolder, token: token);
        Plane.Client.DefaultRequestHeaders.Authorization = new("Bearer", Server.AdminToken);
        var board = Server.Get<DataPlaneBoard>();
        while (board.Alive == 0) await Task.Delay(5);
    }

    /// <summary>Stops the control plane alone and starts it again, on the same home and database.</summary>
    public async Task RestartServerAsync()
    {
        await Plane.DisposeAsync();
        await Server.App.StopAsync();
        await Server.App.DisposeAsync();
        Server = await TestServer.StartAsync(Setup() with { Home = Server.Home, ConnectionString = Server.ConnectionString }, new ServingModule());
        await StartPlaneAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Plane.DisposeAsync();
        await Server.DisposeAsync();
        planeFolder.Dispose();
    }

    private TestServerSetup Setup() => new() { Services = services => services.AddSingleton<IRegistry>(Registry) };
}
