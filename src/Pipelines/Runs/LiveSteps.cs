using System.Collections.Concurrent;
using Takt.Pipelines.Execution;

namespace Takt.Pipelines.Runs;

/// <summary>Steps that run now, for those who watch.</summary>
internal sealed class LiveSteps
{
    private readonly ConcurrentDictionary<(PipelineRunId, int), StepLog> logs = new();

    public void Begin(PipelineRunId run, int step, StepLog log) => logs[(run, step)] = log;

    public void End(PipelineRunId run, int step) => logs.TryRemove((run, step), out _);

    public StepProgress? Progress(PipelineRunId run, int step) => logs.TryGetValue((run, step), out var log) ? log.Progress : null;

    /// <summary>The log's file; null where the step does not run.</summary>
    public string? LogFile(PipelineRunId run, int step) => logs.TryGetValue((run, step), out var log) ? log.Path : null;
}
