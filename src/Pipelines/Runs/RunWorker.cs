using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Takt.Artifacts;
using Takt.Kernel;
using Takt.Pipelines.Execution;
using Takt.Pipelines.Specs;
using Takt.Pipelines.Steps;
using Takt.Tracking;

namespace Takt.Pipelines.Runs;

/// <summary>Takes one run from where it stands to where it ends or waits, step by step.</summary>
internal sealed partial class RunWorker(RunStore store, RunTransitions transitions, RunQueue queue, IEnumerable<IStep> kinds, ITracking tracking, IArtifactStore artifacts, StepFolder folders,
    LiveSteps live, ILogger<RunWorker> log)
{
    private readonly Dictionary<Type, IStep> kinds = kinds.ToDictionary(k => k.Runs);

    public async Task RunAsync(PipelineRunId id, CancellationToken stoppingToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        if (!queue.Begin(id, stop)) return;
        try
        {
            if (await store.FindAsync(id, stoppingToken).ConfigureAwait(false) is not { EndedAt: null } run) return;
            await WorkAsync(run, stop, stoppingToken).ConfigureAwait(false);
        }
        finally
        {
            queue.End(id);
        }
    }

    private async Task WorkAsync(PipelineRun run, CancellationTokenSource stop, CancellationToken stoppingToken)
    {
        await transitions.RunningAsync(run, stoppingToken).ConfigureAwait(false);
        var trackingRun = await TrackAsync(run, stoppingToken).ConfigureAwait(false);
        run = run with { TrackingRun = trackingRun };
        RunParams parameters = new(run.Params);
        var done = new List<StepRun>();
        foreach (var step in await store.StepsAsync(run.Id, stoppingToken).ConfigureAwait(false))
        {
            if (step.State is StepState.Succeeded or StepState.Cached)
            {
                done.Add(step);
                continue;
            }
            var outcome = await StepAsync(run, step, done, parameters, trackingRun, stop, stoppingToken).ConfigureAwait(false);
            if (outcome.State is StepState.Waiting) return;
            if (outcome.State is not (StepState.Succeeded or StepState.Cached))
            {
                await EndAsync(run, outcome.State switch { StepState.Cancelled => RunStatus.Killed, StepState.Refused => RunStatus.Finished, _ => RunStatus.Failed }, stoppingToken).ConfigureAwait(false);
                return;
            }
            done.Add(step with { State = outcome.State, Outputs = outcome.Outputs, Result = outcome.Result, CachedFrom = outcome.CachedFrom });
        }
        await transitions.SucceededAsync(run, Evidence(done), stoppingToken).ConfigureAwait(false);
        await EndAsync(run, RunStatus.Finished, stoppingToken).ConfigureAwait(false);
    }

    private async Task<StepOutcome> StepAsync(PipelineRun run, StepRun step, IReadOnlyList<StepRun> before, RunParams parameters, RunId trackingRun, CancellationTokenSource stop,
        CancellationToken stoppingToken)
    {
        await transitions.StepRunningAsync(step, stoppingToken).ConfigureAwait(false);
        step = step with { Attempt = step.Attempt + 1 };
        var folder = folders.Make(run.Id, step.Ordinal);
        StepOutcome outcome;
        Digest? kept;
        using (var stepLog = new StepLog(folders.Log(run.Id, step.Ordinal)))
        {
            live.Begin(run.Id, step.Ordinal, stepLog);
            var context = new StepContext(run, step, run.Spec.Steps[step.Ordinal], before, parameters, trackingRun, folder, stepLog,
                process => store.SetProcessAsync(run.Id, step.Ordinal, process, CancellationToken.None),
                async key =>
                {
                    step = step with { Key = key.Digest };
                    await store.SetKeyAsync(run.Id, step.Ordinal, key.Digest, key.Parts, CancellationToken.None).ConfigureAwait(false);
                    if (Cache.CacheKey.Changed(await store.LastKeyPartsAsync(run, step.Name, CancellationToken.None).ConfigureAwait(false), key.Parts) is { } changed)
                        stepLog.Write($"Since its last run: {changed}.");
                });
            outcome = await OutcomeAsync(context, stop.Token, stoppingToken).ConfigureAwait(false);
            if (outcome.Reason is { } reason && outcome.State is not StepState.Cached) stepLog.Write(reason);
            kept = await KeepLogAsync(run, step, stepLog).ConfigureAwait(false);
        }
        await transitions.StepEndedAsync(run, step, outcome, kept, CancellationToken.None).ConfigureAwait(false);
        live.End(run.Id, step.Ordinal);
        folders.Clear(run.Id, step.Ordinal);
        return outcome;
    }

    private async Task<StepOutcome> OutcomeAsync(StepContext context, CancellationToken cancellationToken, CancellationToken stoppingToken)
    {
        try
        {
            return await kinds[context.Spec.GetType()].RunAsync(context, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested && !stoppingToken.IsCancellationRequested)
        {
            return StepOutcome.Cancelled("Stopped by hand.");
        }
        catch (Exception e) when (e is StepRefusedException or RefusedException or InvalidDataException or ArtifactDamagedException)
        {
            return StepOutcome.Failed(e.Message);
        }
        catch (Exception e) when (e is not OperationCanceledException && !stoppingToken.IsCancellationRequested)
        {
            LogStepFailed(e, context.Step.Name, context.Run.Id);
            return StepOutcome.Failed($"Takt failed at this step ({e.GetType().Name}: {e.Message}).");
        }
    }

    private async Task<RunId> TrackAsync(PipelineRun run, CancellationToken cancellationToken)
    {
        if (run.TrackingRun is { } there) return there;
        var experiment = await tracking.EnsureExperimentAsync(run.Caller, run.Pipeline, cancellationToken).ConfigureAwait(false);
        var tags = new Dictionary<string, string> { ["takt.pipeline_run"] = run.Id.ToString(), ["takt.cause"] = run.Cause };
        if (run.Source?.Commit is { } commit) tags["mlflow.source.git.commit"] = commit;
        if (run.Reproduces is { } version) tags["takt.reproduces"] = version;
        var tracked = await tracking.StartRunAsync(run.Caller, experiment, $"{run.Pipeline}-{run.Number}", tags, cancellationToken).ConfigureAwait(false);
        if (run.Params.Count > 0) await tracking.LogAsync(run.Caller, tracked, run.Params.ToDictionary(p => $"run.{p.Key}", p => p.Value), [], cancellationToken).ConfigureAwait(false);
        await store.SetTrackingRunAsync(run.Id, tracked, cancellationToken).ConfigureAwait(false);
        return tracked;
    }

    private async Task<Digest?> KeepLogAsync(PipelineRun run, StepRun step, StepLog stepLog)
    {
        await using var stream = new FileStream(stepLog.Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        if (stream.Length == 0) return null;
        var blob = await artifacts.PutAsync(run.Project, stream, CancellationToken.None).ConfigureAwait(false);
        if (run.TrackingRun is { } tracked)
        {
            try
            {
                await tracking.AttachArtifactAsync(run.Caller, tracked, new RunArtifact($"logs/{step.Name}.txt", blob.Digest, blob.Size), CancellationToken.None).ConfigureAwait(false);
            }
            catch (RefusedException)
            {
                // Somebody deleted the run's page; the log stays with the step.
            }
        }
        return blob.Digest;
    }

    private async Task EndAsync(PipelineRun run, RunStatus status, CancellationToken cancellationToken)
    {
        await tracking.EndRunAsync(run.Caller, run.TrackingRun!.Value, status, cancellationToken).ConfigureAwait(false);
        folders.Forget(run.Id);
    }

    /// <summary>What a run leaves for the one who asks what came of it.</summary>
    private static JsonObject Evidence(IEnumerable<StepRun> done)
    {
        var evidence = new JsonObject();
        foreach (var step in done)
            foreach (var name in (string[])["verdict", "modelVersion", "digest", "deployment", "revision", "rollout", "identical", "differs"])
                if (step.Result[name] is { } value) evidence[name] = value.DeepClone();
        return evidence;
    }

    [LoggerMessage(1902, LogLevel.Error, "Step {Step} of pipeline run {Run} failed inside Takt")]
    private partial void LogStepFailed(Exception e, string step, PipelineRunId run);
}
