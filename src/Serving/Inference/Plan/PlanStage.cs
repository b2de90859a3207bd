using System.Text.Json;
using Microsoft.Extensions.Logging;
using Takt.Kernel;
using Takt.Native.OnnxRuntime;
using Takt.Native.Posix;

namespace Takt.Serving;

/// <summary>
/// Where plans become what answers: models are loaded and warmed first, then the snapshot is swapped whole. A revision that cannot be loaded leaves its
/// deployment as it was. The last plan that was put in force lies on disk, and the next process starts from it.
/// </summary>
internal sealed partial class PlanStage(string folder, ModelShelf shelf, ILogger<PlanStage> log) : IDisposable
{
    private readonly SemaphoreSlim gate = new(1, 1);
    private readonly string planFile = Path.Combine(folder, "plan.json");
    private volatile ServingSnapshot? current;
    private uint lastSchema;

    /// <summary>Null until there is a plan.</summary>
    public ServingSnapshot? Current => current;

    /// <summary>When the control plane last gave its word, UTC.</summary>
    public DateTime HeardAt { get; private set; }

    /// <summary>What the last plan could not load.</summary>
    public IReadOnlyList<LoadFailure> Failures { get; private set; } = [];

    /// <summary>The plan on disk, put in force with the models on disk.</summary>
    public async Task RestoreAsync(CancellationToken cancellationToken)
    {
        if (!File.Exists(planFile)) return;
        try
        {
            var plan = JsonSerializer.Deserialize<DataPlanePlan>(await File.ReadAllBytesAsync(planFile, cancellationToken).ConfigureAwait(false), TaktJson.Options)!;
            HeardAt = File.GetLastWriteTimeUtc(planFile);
            await ApplyAsync(plan, (digest, _) => throw new FileNotFoundException($"Model {digest.Short} is not on this disk."), keep: false, cancellationToken).ConfigureAwait(false);
            LogRestored(plan.Generation, HeardAt);
        }
        catch (Exception e) when (e is JsonException or IOException)
        {
            LogUnreadable(e.Message);
        }
    }

    public async Task ApplyAsync(DataPlanePlan plan, Func<Digest, CancellationToken, Task<byte[]>> fetch, bool keep, CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var loaded = new Dictionary<Digest, LoadedModel>();
            var failures = new List<LoadFailure>();
            var served = new List<ServedDeployment>();
            foreach (var deployment in plan.Deployments)
                if (await PrepareAsync(deployment, loaded, failures, fetch, cancellationToken).ConfigureAwait(false) is { } ready)
                    served.Add(ready);
            var old = current;
            var snapshot = new ServingSnapshot(plan, served);
            foreach (var arm in served.SelectMany(d => d.Arms)) arm.Model.TryLease();
            current = snapshot;
            Failures = failures;
            foreach (var model in loaded.Values) model.Release(); // the snapshot has leases of its own now
            old?.Retire();
            if (keep) Keep(plan);
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>The control plane spoke, without a new plan.</summary>
    public void Heard(DateTime utcNow)
    {
        HeardAt = utcNow;
        if (File.Exists(planFile)) File.SetLastWriteTimeUtc(planFile, utcNow);
    }

    public void Dispose()
    {
        current?.Retire();
        gate.Dispose();
    }

    /// <summary>Leaves in <paramref name="loaded"/> a lease on every model it touches.</summary>
    private async Task<ServedDeployment?> PrepareAsync(PlannedDeployment deployment, Dictionary<Digest, LoadedModel> loaded, List<LoadFailure> failures,
        Func<Digest, CancellationToken, Task<byte[]>> fetch, CancellationToken cancellationToken)
    {
        var before = current?.Deployments.FirstOrDefault(d => d.Spec.ProjectId == deployment.ProjectId && d.Spec.Name == deployment.Name);
        var arms = new List<ServedRevision>();
        foreach (var revision in deployment.Revisions)
        {
            try
            {
                var model = await LoadAsync(revision.Digest, loaded, fetch, cancellationToken).ConfigureAwait(false);
                var schema = before?.Arms.FirstOrDefault(a => a.Spec.Number == revision.Number && a.Spec.Digest == revision.Digest)?.Schema
                    ?? new LogSchema(++lastSchema, deployment.ProjectId, deployment.Name, revision.Number, revision.ModelVersion, revision.Digest, model.LoggedInputs);
                arms.Add(new ServedRevision(deployment, revision, model, schema));
            }
            catch (Exception e) when (e is OnnxException or InvalidDataException or IOException or HttpRequestException)
            {
                LogFailed(deployment.Name, revision.Number, e.Message);
                failures.Add(new LoadFailure(deployment.ProjectId, deployment.Name, revision.Number, e.Message));
            }
        }
        if (arms.Count == deployment.Revisions.Count) return new ServedDeployment(deployment, arms);
        if (before is null) return null;
        foreach (var arm in before.Arms)
            if (!loaded.ContainsKey(arm.Model.Digest) && arm.Model.TryLease())
                loaded[arm.Model.Digest] = arm.Model;
        return before;
    }

    private async Task<LoadedModel> LoadAsync(Digest digest, Dictionary<Digest, LoadedModel> loaded, Func<Digest, CancellationToken, Task<byte[]>> fetch, CancellationToken cancellationToken)
    {
        if (loaded.TryGetValue(digest, out var ready)) return ready;
        var running = current?.Deployments.SelectMany(d => d.Arms).FirstOrDefault(a => a.Model.Digest == digest)?.Model;
        if (running is not null && running.TryLease()) return loaded[digest] = running;
        var bytes = await shelf.ReadAsync(digest, fetch, cancellationToken).ConfigureAwait(false);
        return loaded[digest] = await Task.Run(() => LoadedModel.Load(digest, bytes, warmLanes: Environment.ProcessorCount), cancellationToken).ConfigureAwait(false);
    }

    private void Keep(DataPlanePlan plan)
    {
        var part = planFile + ".part";
        var readableByOwnerAlone = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) readableByOwnerAlone.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var file = new FileStream(part, readableByOwnerAlone))
        {
            JsonSerializer.Serialize(file, plan, TaktJson.Options);
            file.Flush(flushToDisk: true);
        }
        File.Move(part, planFile, overwrite: true);
        PosixFiles.FlushFolder(folder);
        shelf.Prune(plan.Deployments.SelectMany(d => d.Revisions).Select(r => r.Digest).ToHashSet());
    }

    [LoggerMessage(1701, LogLevel.Information, "Started from the plan on disk: generation {Generation}, heard at {HeardAt:u}.")]
    private partial void LogRestored(long generation, DateTime heardAt);

    [LoggerMessage(1702, LogLevel.Warning, "The plan on disk is unreadable ({Reason}); waiting for the control plane.")]
    private partial void LogUnreadable(string reason);

    [LoggerMessage(1703, LogLevel.Error, "Revision {Revision} of {Deployment} was not loaded, what was there goes on: {Reason}")]
    private partial void LogFailed(string deployment, int revision, string reason);
}
