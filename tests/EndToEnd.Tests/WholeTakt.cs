using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Takt.Artifacts;
using Takt.Kernel;
using Takt.Native.OnnxRuntime.Tests;
using Takt.Quality;
using Takt.Registry;
using Takt.Server;
using Takt.Serving;
using Takt.TestKit;

namespace Takt.EndToEnd.Tests;

/// <summary>Control plane with every module, and a data plane that follows it, on free ports of the loopback.</summary>
internal sealed class WholeTakt : IAsyncDisposable
{
    private readonly TestFolder home = new();
    private readonly CancellationTokenSource stopping = new();
    private readonly TestDatabase database;
    private readonly Task dataPlane;

    private WholeTakt(TestDatabase database, WebApplication app, TestFolder home)
    {
        (this.database, App, this.home) = (database, app, home);
        dataPlane = DataPlaneHost.RunAsync(new DataPlaneOptions(Path.Combine(home.Path, "dataplane"), "http://127.0.0.1:0", Address.ToString().TrimEnd('/'), Path.Combine(home.Path, "tokens", "dataplane.token")), stopping.Token);
    }

    public WebApplication App { get; }

    public Uri Address => new(App.Urls.First());

    public string AdminToken => File.ReadAllText(Path.Combine(home.Path, "tokens", "admin.token")).Trim();

    public static Caller Admin => Caller.System(ProjectId.Default);

    public IDeployments Deployments => App.Services.GetRequiredService<IDeployments>();

    public static async Task<WholeTakt> StartAsync()
    {
        var folder = new TestFolder();
        var database = await TestDatabase.CreateAsync([.. ModuleList.All]);
        var takt = new TaktHome(folder.Path);
        foreach (var path in new[] { takt.Artifacts, takt.Keys, takt.Tokens, takt.Logs, takt.DataPlane, takt.Work }) Directory.CreateDirectory(path);
        var app = await ServerHost.BuildAsync(new ServerOptions { Home = takt, DatabaseConnection = database.ConnectionString, Url = "http://127.0.0.1:0" }, CancellationToken.None);
        await app.StartAsync();
        return new WholeTakt(database, app, folder);
    }

    /// <summary>A deployment whose new versions answer at once.</summary>
    public Task DefineDeploymentAsync(string name, string model)
    {
        var part = App.Services.GetServices<IDefinitionPart>().Single(p => p.Key == "deployments");
        var rollout = new RolloutSpec([100], 1, 0.01, 0.01, 2, 0.1, 0.01, 0, TimeSpan.FromMinutes(5));
        return part.ApplyAsync(Admin, new List<DeploymentSpec> { new(name, model, rollout, false, null) }, CancellationToken.None);
    }

    /// <summary>A version that passed its gate, deployed.</summary>
    public async Task<ModelVersion> DeployAsync(string deployment, string model, float factor)
    {
        var services = App.Services;
        var blob = await services.GetRequiredService<IArtifactStore>().PutAsync(ProjectId.Default, TinyModels.Affine(factor), CancellationToken.None);
        var verdict = await services.GetRequiredService<IGate>().JudgeAsync(Admin, new GateSpec("release", [], null, 0, null), new GateEvidence(blob.Digest, new Dictionary<string, double>(), null, null, "by hand", null), CancellationToken.None);
        var version = (await services.GetRequiredService<IRegistry>().RegisterAsync(Admin, model, blob.Digest, new Provenance(null, null, [], verdict.Id, "{}", null, "{}"), CancellationToken.None)).Value;
        _ = (await Deployments.DeployAsync(Admin, deployment, version, skipShadow: false, "test", CancellationToken.None)).Value;
        return version;
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await dataPlane.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await App.StopAsync();
        await App.DisposeAsync();
        await database.DisposeAsync();
        stopping.Dispose();
        home.Dispose();
    }
}
