using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Takt.Artifacts;
using Takt.Journal;
using Takt.Kernel;
using Takt.TestKit;

namespace Takt.Quality.Tests;

/// <summary>The gate on a real PostgreSQL and the real ONNX Runtime.</summary>
internal sealed class GateLab : IAsyncDisposable
{
    private readonly TestDatabase database;
    private readonly ServiceProvider services;

    private GateLab(TestDatabase database, ServiceProvider services)
    {
        this.database = database;
        this.services = services;
    }

    public static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static GateSpec Easy { get; } = new("easy", [], null, 1e-6, null);

    public Caller Alice { get; } = new(Id.New<ActorId>(TimeProvider.System), ProjectId.Default, Role.Approver);

    public IGate Gate => Of<IGate>();

    public RecordedJournal Journal => Of<RecordedJournal>();

    public IArtifactStore Artifacts => Of<IArtifactStore>();

    public T Of<T>() where T : notnull => services.GetRequiredService<T>();

    public static async Task<GateLab> OpenAsync()
    {
        var module = new QualityModule();
        var database = await TestDatabase.CreateAsync(module);
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton(database.Database);
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<RecordedJournal>();
        services.AddSingleton<IJournal>(p => p.GetRequiredService<RecordedJournal>());
        services.AddSingleton<IArtifactStore, BlobsInMemory>();
        module.AddServices(services, new ConfigurationBuilder().Build());
        return new GateLab(database, services.BuildServiceProvider());
    }

    public async Task<Verdict> JudgeAsync(GateSpec spec, byte[] model, string? golden = null, PairedComparison? paired = null, string? champion = null, params (string, double)[] metrics)
    {
        var blob = await Artifacts.PutAsync(ProjectId.Default, model, Stop);
        var evidence = new GateEvidence(blob.Digest, metrics.ToDictionary(m => m.Item1, m => m.Item2), golden, paired, "pipeline-run:1", champion);
        return await Gate.JudgeAsync(Alice, spec, evidence, Stop);
    }

    public async ValueTask DisposeAsync()
    {
        await services.DisposeAsync();
        await database.DisposeAsync();
    }
}
