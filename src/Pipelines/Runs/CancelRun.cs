using Takt.Kernel;
using Takt.Pipelines.Execution;
using Takt.Tracking;

namespace Takt.Pipelines.Runs;

/// <summary>Stops a run that is not over.</summary>
internal sealed class CancelRun(RunStore store, RunTransitions transitions, RunQueue queue, ITracking tracking, StepFolder folders)
{
    public async Task<Outcome<PipelineRun>> CancelAsync(Caller caller, PipelineRunId id, CancellationToken cancellationToken)
    {
        if (await store.FindAsync(caller.Project, id, cancellationToken).ConfigureAwait(false) is not { } run) return PipelineRunEndpoints.NotFound(id);
        if (run.EndedAt is not null) return Problem.Conflict("pipeline-run-over", $"Run {id} is over: it {run.State.ToString().ToLowerInvariant()}.");
        if (queue.Stop(id)) return run; // its worker ends the process and records it
        await transitions.AbandonAsync(caller, run, RunState.Cancelled, "Stopped by hand.", cancellationToken).ConfigureAwait(false);
        if (run.TrackingRun is { } tracked) await tracking.EndRunAsync(caller, tracked, RunStatus.Killed, cancellationToken).ConfigureAwait(false);
        folders.Forget(id);
        return (await store.FindAsync(id, cancellationToken).ConfigureAwait(false))!;
    }
}
