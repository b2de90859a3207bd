using Takt.Artifacts;
using Takt.Kernel;

namespace Takt.Tracking;

/// <summary>What the modules behind call.</summary>
internal sealed class Tracking(ExperimentStore experiments, RunStore runs, RunDataStore data, RunArtifactStore artifacts, RunLog log, MetricFolding folding,
    IArtifactStore blobs, TimeProvider time) : ITracking
{
    public async Task<long> EnsureExperimentAsync(Caller caller, string name, CancellationToken cancellationToken)
    {
        if (await experiments.FindAsync(caller.Project, name, cancellationToken).ConfigureAwait(false) is { Deleted: false } found) return found.Id;
        if (await experiments.CreateAsync(caller, null, name, null, KeyValues.None, cancellationToken).ConfigureAwait(false) is { } made) return made;
        var other = await experiments.FindAsync(caller.Project, name, cancellationToken).ConfigureAwait(false);
        if (other is { Deleted: true })
            throw new RefusedException(Problem.Conflict("experiment-deleted", $"Experiment '{name}' is deleted.", "Restore it, or choose another name."));
        return other!.Id; // somebody else was first
    }

    public async Task<RunId> StartRunAsync(Caller caller, long experiment, string name, IReadOnlyDictionary<string, string> tags, CancellationToken cancellationToken)
    {
        var id = Id.New<RunId>(time);
        if (name.Length == 0) name = RunNames.For(id);
        var run = new RunRow(id, caller.Project, experiment, name, "", RunStatus.Running, time.GetUtcNow().ToUnixTimeMilliseconds(), null, false);
        var all = new Dictionary<string, string>(tags) { [RunNames.Tag] = name };
        if (!await runs.StartAsync(caller, run, KeyValues.Of(all), cancellationToken).ConfigureAwait(false)) throw new RefusedException(Experiment.NotFound(experiment));
        return id;
    }

    public async Task LogAsync(Caller caller, RunId run, IReadOnlyDictionary<string, string> parameters, IReadOnlyList<MetricPoint> metrics, CancellationToken cancellationToken)
    {
        using var batch = new MetricBatch();
        foreach (var point in metrics) batch.Add(point.Key, point.At, point.Step, point.Value);
        var outcome = await log.LogAsync(caller.Project, run, KeyValues.Of(parameters), KeyValues.None, batch, cancellationToken).ConfigureAwait(false);
        if (Refusal(run, outcome) is { } problem) throw new RefusedException(problem);
    }

    public async Task AttachArtifactAsync(Caller caller, RunId run, RunArtifact artifact, CancellationToken cancellationToken)
    {
        if (ArtifactPath.Check(artifact.Path) is null)
            throw new RefusedException(Problem.Invalid("artifact-path-invalid", $"'{artifact.Path}' is no path of a run's file.", "Write it relative, with forward slashes and without '..'."));
        if (await blobs.FindAsync(caller.Project, artifact.Blob, cancellationToken).ConfigureAwait(false) is not { } blob)
            throw new RefusedException(Problem.NotFound("blob-not-found", $"Artifacts has no blob {artifact.Blob} in this project.", "Put it there first."));
        if (!await artifacts.AttachAsync(caller, run, artifact with { Size = blob.Size }, cancellationToken).ConfigureAwait(false)) throw new RefusedException(RunRow.NotFound(run));
    }

    public async Task EndRunAsync(Caller caller, RunId run, RunStatus status, CancellationToken cancellationToken)
    {
        var before = await runs.FindAsync(caller.Project, run, cancellationToken).ConfigureAwait(false) ?? throw new RefusedException(RunRow.NotFound(run));
        if (RunStore.IsEnd(before.Status)) return; // what has ended stays as it ended
        await runs.UpdateAsync(caller, run, status, time.GetUtcNow().ToUnixTimeMilliseconds(), null, cancellationToken).ConfigureAwait(false);
        folding.Ended(caller.Project, run);
    }

    public async Task<Run?> FindAsync(ProjectId project, RunId run, CancellationToken cancellationToken)
    {
        if (await runs.FindAsync(project, run, cancellationToken).ConfigureAwait(false) is not { } row) return null;
        var logged = (await data.ReadAsync([run], cancellationToken).ConfigureAwait(false))[run];
        return Show(row, logged, await artifacts.ListAsync(run, cancellationToken).ConfigureAwait(false));
    }

    internal static Run Show(RunRow row, RunData logged, IReadOnlyList<RunArtifact> files) => new(row.Id, row.Experiment, row.Name, row.Status,
        DateTimeOffset.FromUnixTimeMilliseconds(row.StartedAt), row.EndedAt is { } end ? DateTimeOffset.FromUnixTimeMilliseconds(end) : null,
        new Dictionary<string, string>(logged.Params), logged.Metrics.ToDictionary(m => m.Key, m => m.Value), new Dictionary<string, string>(logged.Tags), files);

    internal static Problem? Refusal(RunId run, LogOutcome outcome) => outcome switch
    {
        LogOutcome.NoRun => RunRow.NotFound(run),
        LogOutcome.RunDeleted => Problem.Conflict("run-deleted", $"Run {run} is deleted.", "Restore it first."),
        LogOutcome.ParamChanged { Changes: [var p, ..] } => Problem.Conflict("param-changed", $"Param '{p.Key}' of run {run} is '{p.Old}' already and cannot become '{p.New}'.", "Log it under another key, or start a new run."),
        _ => null
    };
}
