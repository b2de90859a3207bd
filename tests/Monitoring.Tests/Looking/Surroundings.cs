using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Takt.Artifacts;
using Takt.Journal;
using Takt.Kernel;
using Takt.Registry;
using Takt.Serving;
using Takt.TestKit;

namespace Takt.Monitoring.Tests;

/// <summary>A watch on a real PostgreSQL and a real DuckDB; what other modules would say is said by hand.</summary>
internal sealed class Surroundings : IJournal, IArtifactStore, IInferenceLog, IDeployments, IRegistry, IAsyncDisposable
{
    private readonly Engine engine;
    private readonly Dictionary<Digest, string> blobs = [];
    private readonly TestFolder folder = new();

    private Surroundings(TestDatabase database)
    {
        engine = new Engine(this);
        Database = database;
        Monitors = new MonitorStore(database.Database, Time);
        Windows = new WindowStore(database.Database);
        Alerts = new AlertStore(database.Database);
        Watch = Start();
    }

    public TestDatabase Database { get; }

    public ManualTime Time { get; } = new();

    public MonitorStore Monitors { get; }

    public WindowStore Windows { get; }

    public AlertStore Alerts { get; }

    public Watch Watch { get; private set; }

    public List<Fact> Facts { get; } = [];

    public string Segment { get; set; } = "";

    public string Truth { get; set; } = "";

    public InferenceProgress Progress { get; set; } = new(0, 0, null, null);

    public int Champion { get; set; } = 1;

    public Digest? Reference { get; set; }

    /// <summary>How often the reference's rows were opened.</summary>
    public int ReferenceReads { get; private set; }

    public string LocalFolder => folder.Path;

    public static async Task<Surroundings> CreateAsync() => new(await TestDatabase.CreateAsync(new MonitoringModule()));

    /// <summary>The server's process starts again.</summary>
    public void Restart() => Watch = Start();

    public Digest Keep(string path)
    {
        var digest = ChunkedDigest.Of(File.ReadAllBytes(path));
        blobs[digest] = path;
        return digest;
    }

    public async Task MonitorAsync(MonitorSpec spec) =>
        await new MonitorsDefinition(Monitors, Database.Database, this).ApplyAsync(Caller.System(ProjectId.Default), new List<MonitorSpec> { spec }, CancellationToken.None);

    public async Task RoundAsync()
    {
        await Watch.RoundAsync(CancellationToken.None);
        Time.Advance(TimeSpan.FromSeconds(2));
    }

    public Task<FactId> AppendAsync(NpgsqlTransaction transaction, Fact fact, CancellationToken cancellationToken)
    {
        Facts.Add(fact);
        return Task.FromResult(Id.New<FactId>(Time));
    }

    public async Task<Blob> PutAsync(ProjectId project, Stream content, CancellationToken cancellationToken)
    {
        var path = folder[$"{blobs.Count}.blob"];
        await using (var file = File.Create(path)) await content.CopyToAsync(file, cancellationToken);
        return new Blob(Keep(path), new FileInfo(path).Length);
    }

    public Task<Stream> OpenAsync(ProjectId project, Digest digest, CancellationToken cancellationToken) => Task.FromResult<Stream>(File.OpenRead(blobs[digest]));

    public Task<string> LocalPathAsync(ProjectId project, Digest digest, CancellationToken cancellationToken)
    {
        ReferenceReads++;
        return Task.FromResult(blobs[digest]);
    }

    public Task<IReadOnlyList<string>> SegmentsAsync(ProjectId project, string deployment, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<string>>([Segment]);

    public Task<IReadOnlyList<string>> TruthsAsync(ProjectId project, string deployment, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<string>>(Progress.Truths == 0 ? [] : [Truth]);

    public Task<InferenceProgress> ProgressAsync(ProjectId project, string deployment, CancellationToken cancellationToken) => Task.FromResult(Progress);

    public Task<Deployment?> FindAsync(ProjectId project, string deployment, CancellationToken cancellationToken)
    {
        var revision = new Revision(deployment, Champion, $"flight-late/{Champion}", default, Time.GetUtcNow());
        return Task.FromResult<Deployment?>(new Deployment(deployment, null!, 1, revision, null, [revision], new DeploymentHealth(1, 0, 0, 0, null, null)));
    }

    public Task<Outcome<ModelVersion>> ResolveAsync(ProjectId project, string reference, CancellationToken cancellationToken) =>
        Task.FromResult<Outcome<ModelVersion>>(new ModelVersion("flight-late", Champion, default, new Provenance(null, null, [], null, "{}", Reference, "{}"), Time.GetUtcNow(), []));

    public async ValueTask DisposeAsync()
    {
        engine.Dispose();
        folder.Dispose();
        await Database.DisposeAsync();
    }

    private Watch Start()
    {
        var look = new LookAtWindows(Monitors, Windows, new ProfileStore(Database.Database, this, engine, Time), new RaiseAlerts(Alerts, this, Time), engine, this, this, this, Database.Database, Time, NullLogger<LookAtWindows>.Instance);
        return new Watch(Monitors, look, this, Time, NullLogger<Watch>.Instance);
    }

    Task<Blob?> IArtifactStore.FindAsync(ProjectId project, Digest digest, CancellationToken cancellationToken) => throw new NotSupportedException();

    Task<FactReceipt> IJournal.SequencedAsync(FactId fact, CancellationToken cancellationToken) => throw new NotSupportedException();

    Task<long> IJournal.LastPositionAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    Task<IReadOnlyList<SequencedFact>> IJournal.ReadAsync(ProjectId? project, long after, int limit, IReadOnlyList<string> kinds, CancellationToken cancellationToken) => throw new NotSupportedException();

    Task IJournal.WaitForMoreAsync(long position, CancellationToken cancellationToken) => throw new NotSupportedException();

    Task<Outcome<Deployment>> IDeployments.DeployAsync(Caller caller, string deployment, ModelVersion version, bool skipShadow, string reason, CancellationToken cancellationToken) => throw new NotSupportedException();

    Task<Outcome<Deployment>> IDeployments.RollBackAsync(Caller caller, string deployment, int? revision, string reason, CancellationToken cancellationToken) => throw new NotSupportedException();

    Task<IReadOnlyList<Deployment>> IDeployments.ListAsync(ProjectId project, CancellationToken cancellationToken) => throw new NotSupportedException();

    Task<Outcome<ModelVersion>> IRegistry.RegisterAsync(Caller caller, string model, Digest digest, Provenance provenance, CancellationToken cancellationToken) => throw new NotSupportedException();

    Task<ModelVersion?> IRegistry.FindAsync(ProjectId project, string model, int number, CancellationToken cancellationToken) => throw new NotSupportedException();

    Task<ModelVersion?> IRegistry.FindByAliasAsync(ProjectId project, string model, string alias, CancellationToken cancellationToken) => throw new NotSupportedException();

    Task<Outcome<ModelVersion>> IRegistry.MoveAliasAsync(Caller caller, string model, string alias, int number, string reason, CancellationToken cancellationToken) => throw new NotSupportedException();
}
