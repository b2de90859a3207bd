using System.Runtime.CompilerServices;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Takt.Artifacts;
using Takt.Journal;
using Takt.Kernel;
using Takt.Native.OnnxRuntime.Tests;
using Takt.Quality;
using Takt.TestKit;
using Takt.Tracking;

namespace Takt.Registry.Tests;

/// <summary>Registry behind the real gate and the real tracking, on a real PostgreSQL.</summary>
internal sealed class RegistryLab : IAsyncDisposable
{
    private readonly TestDatabase database;
    private readonly ServiceProvider services;
    private float next = 1;

    private RegistryLab(TestDatabase database, ServiceProvider services)
    {
        this.database = database;
        this.services = services;
    }

    public static CancellationToken Stop => TestContext.Current.CancellationToken;

    public Caller Editor { get; } = new(Id.New<ActorId>(TimeProvider.System), ProjectId.Default, Role.Editor);

    public Caller Approver { get; } = new(Id.New<ActorId>(TimeProvider.System), ProjectId.Default, Role.Approver);

    public IRegistry Registry => Of<IRegistry>();

    public RecordedJournal Journal => Of<RecordedJournal>();

    public T Of<T>() where T : notnull => services.GetRequiredService<T>();

    public static async Task<RegistryLab> OpenAsync()
    {
        IModule[] modules = [new TrackingModule(), new QualityModule(), new RegistryModule()];
        var database = await TestDatabase.CreateAsync(modules);
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton(database.Database);
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<RecordedJournal>();
        services.AddSingleton<IJournal>(p => p.GetRequiredService<RecordedJournal>());
        services.AddSingleton<IArtifactStore, BlobsInMemory>();
        foreach (var module in modules) module.AddServices(services, new ConfigurationBuilder().Build());
        return new RegistryLab(database, services.BuildServiceProvider());
    }

    /// <summary>A new model's file.</summary>
    public async Task<Digest> ModelAsync() => (await Of<IArtifactStore>().PutAsync(ProjectId.Default, TinyModels.Affine(next++), Stop)).Digest;

    /// <summary>Its verdict.</summary>
    public Task<Verdict> JudgeAsync(Digest model, double auc = 0.7) =>
        Of<IGate>().JudgeAsync(Editor, new GateSpec("late", [new("auc", null, 0.6)], null, 1e-6, null), new GateEvidence(model, new Dictionary<string, double> { ["auc"] = auc }, null, null, "x", null), Stop);

    public static Provenance From(VerdictId? verdict, RunId? run = null, params IReadOnlyList<DatasetUse> datasets) => new(run, "pipeline", datasets, verdict, "{}", null, "{}");

    /// <summary>A new version that passed.</summary>
    public async Task<ModelVersion> RegisterAsync(string name = "flight-late")
    {
        var model = await ModelAsync();
        return (await Registry.RegisterAsync(Editor, name, model, From((await JudgeAsync(model)).Id), Stop)).Value;
    }

    public async ValueTask DisposeAsync()
    {
        await services.DisposeAsync();
        await database.DisposeAsync();
    }
}
