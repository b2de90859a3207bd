using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Takt.Kernel;
using Takt.Pipelines.Execution;

namespace Takt.Pipelines.Runs;

/// <summary>Works on runs, some at once. When it starts it takes up what an earlier server left: finished steps stay, a step whose process is gone runs again.</summary>
internal sealed partial class RunLoop(RunQueue queue, RunStore store, RunWorker worker, RunTransitions transitions, TimeProvider time, ILogger<RunLoop> log) : BackgroundService
{
    private static readonly TimeSpan pause = TimeSpan.FromSeconds(1);

    // A training takes all processors there are; two at once keep short runs from waiting behind a long one.
    private const int AtOnce = 2;

    private readonly SemaphoreSlim places = new(AtOnce);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await TakeUpAsync(stoppingToken).ConfigureAwait(false);
        var working = new List<Task>();
        try
        {
            await foreach (var run in queue.Wanted.ReadAllAsync(stoppingToken).ConfigureAwait(false))
            {
                await places.WaitAsync(stoppingToken).ConfigureAwait(false);
                working.RemoveAll(t => t.IsCompleted);
                working.Add(Task.Run(() => WorkAsync(run, stoppingToken), CancellationToken.None));
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // the server ends
        }
        await Task.WhenAll(working).ConfigureAwait(false);
    }

    private async Task TakeUpAsync(CancellationToken cancellationToken)
    {
        foreach (var (run, state) in await store.OpenAsync(cancellationToken).ConfigureAwait(false))
        {
            foreach (var step in await store.StepsAsync(run, cancellationToken).ConfigureAwait(false))
                if (step.Process is { } left) StepProcess.End(left);
            LogTakenUp(run, state);
            queue.Want(run);
        }
    }

    private async Task WorkAsync(PipelineRunId run, CancellationToken stoppingToken)
    {
        try
        {
            await worker.RunAsync(run, stoppingToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Its records say how far it came; the next server goes on from there.
        }
        catch (Exception e)
        {
            LogFailed(e, run);
            await AfterAsync(e, run, stoppingToken).ConfigureAwait(false);
        }
        finally
        {
            places.Release();
        }
    }

    /// <summary>The database was away: the run goes on when it is back, from what its records say. Anything else would only fail again.</summary>
    private async Task AfterAsync(Exception e, PipelineRunId id, CancellationToken stoppingToken)
    {
        try
        {
            if (e is not NpgsqlException and not IOException && await store.FindAsync(id, stoppingToken).ConfigureAwait(false) is { } run)
            {
                await transitions.AbandonAsync(Caller.System(run.Project), run, RunState.Failed, e is RefusedException ? e.Message : $"Takt failed at this run ({e.GetType().Name}: {e.Message}).", stoppingToken).ConfigureAwait(false);
                return;
            }
        }
        catch (NpgsqlException away)
        {
            LogFailed(away, id);
        }
        await Task.Delay(pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!stoppingToken.IsCancellationRequested) queue.Want(id);
    }

    [LoggerMessage(1900, LogLevel.Information, "Pipeline run {Run} was {State} when the server ended: it goes on")]
    private partial void LogTakenUp(PipelineRunId run, RunState state);

    [LoggerMessage(1901, LogLevel.Error, "Pipeline run {Run} could not be worked on")]
    private partial void LogFailed(Exception e, PipelineRunId run);
}
