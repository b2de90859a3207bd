using Takt.Kernel;

namespace Takt.Tracking;

/// <summary>The one way into a run's log, for Takt's own modules and for MLflow's clients. Facts are not written here: never one a metric.</summary>
internal sealed class RunLog(RunLogStore store, MetricFolding folding)
{
    public async Task<LogOutcome> LogAsync(ProjectId project, RunId run, KeyValues parameters, KeyValues tags, MetricBatch? metrics, CancellationToken cancellationToken)
    {
        var outcome = await store.LogAsync(project, run, parameters, tags, metrics, cancellationToken).ConfigureAwait(false);
        if (outcome is LogOutcome.Logged && metrics is { Count: > 0 }) folding.Logged(project, run, metrics.Count, metrics.Keys.Count);
        return outcome;
    }
}
