using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Takt.Artifacts;
using Takt.Journal;
using Takt.Kernel;
using Takt.Records;
using Takt.TestKit;

namespace Takt.Tracking.Tests;

/// <summary>Tracking on a real PostgreSQL.</summary>
internal sealed class Lab : IAsyncDisposable
{
    private readonly TestDatabase database;
    private readonly ServiceProvider services;

    private Lab(TestDatabase database, ServiceProvider services)
    {
        this.database = database;
        this.services = services;
    }

    public static CancellationToken Stop => TestContext.Current.CancellationToken;

    public Caller Alice { get; } = new(Id.New<ActorId>(TimeProvider.System), ProjectId.Default, Role.Editor);

    public Caller Stranger { get; } = new(Id.New<ActorId>(TimeProvider.System), Id.New<ProjectId>(TimeProvider.System), Role.Admin);

    public ITracking Tracking => Of<ITracking>();

    public RecordedJournal Journal => Of<RecordedJournal>();

    public ITaktDatabase Database => database.Database;

    public T Of<T>() where T : notnull => services.GetRequiredService<T>();

    public static async Task<Lab> OpenAsync()
    {
        var module = new TrackingModule();
        var database = await TestDatabase.CreateAsync(module);
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton(database.Database);
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<RecordedJournal>();
        services.AddSingleton<IJournal>(p => p.GetRequiredService<RecordedJournal>());
        services.AddSingleton<IArtifactStore, BlobsInMemory>();
        module.AddServices(services, new ConfigurationBuilder().Build());
        var lab = new Lab(database, services.BuildServiceProvider());
        await lab.Of<IEnumerable<Microsoft.Extensions.Hosting.IHostedService>>().OfType<DefaultExperiment>().Single().StartAsync(Stop);
        return lab;
    }

    public async Task<RunId> RunAsync(string experiment = "flights") =>
        await Tracking.StartRunAsync(Alice, await Tracking.EnsureExperimentAsync(Alice, experiment, Stop), "", new Dictionary<string, string>(), Stop);

    public Task LogAsync(RunId run, params IReadOnlyList<MetricPoint> points) => Tracking.LogAsync(Alice, run, new Dictionary<string, string>(), points, Stop);

    public Task<List<Point>> HistoryAsync(RunId run, string key, long offset = 0, int limit = 1_000_000) =>
        Of<MetricBlockStore>().ReadAsync(Alice.Project, run, key, offset, limit, Stop);

    public Task FoldAsync(RunId run) => Of<MetricBlockStore>().FoldAsync(Alice.Project, run, Stop);

    public async ValueTask DisposeAsync()
    {
        await services.DisposeAsync();
        await database.DisposeAsync();
    }
}
