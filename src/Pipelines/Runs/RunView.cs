using System.Text.Json.Nodes;
using Takt.Kernel;
using Takt.Pipelines.Execution;
using Takt.Pipelines.Specs;
using Takt.Tracking;

namespace Takt.Pipelines.Runs;

/// <summary>A run as the API shows it.</summary>
/// <param name="Steps">Null in lists.</param>
internal sealed record RunView(PipelineRunId Id, string Pipeline, int Number, string? Reproduces, RunState State, string? Reason, string Cause, IReadOnlyDictionary<string, string> Params,
    ActorId By, RunId? TrackingRun, SourceState? Source, DateTimeOffset CreatedAt, DateTimeOffset? StartedAt, DateTimeOffset? EndedAt, IReadOnlyList<StepView>? Steps)
{
    public static RunView Of(PipelineRun run, IReadOnlyList<StepView>? steps) => new(run.Id, run.Pipeline, run.Number, run.Reproduces, run.State, run.Reason, run.Cause, run.Params, run.By,
        run.TrackingRun, run.Source, run.CreatedAt, run.StartedAt, run.EndedAt, steps);
}

/// <param name="Result">Evidence by name.</param>
/// <param name="KeyParts">What the result depends on.</param>
internal sealed record StepView(string Name, string Uses, StepState State, string? Reason, int Attempt, PipelineRunId? CachedFrom, StepProgress? Progress, Digest? Key,
    IReadOnlyDictionary<string, string> KeyParts, IReadOnlyDictionary<string, StepFile> Outputs, JsonObject Result, DateTimeOffset? StartedAt, DateTimeOffset? EndedAt)
{
    public static StepView Of(StepRun step, LiveSteps live) => new(step.Name, step.Uses, step.State, step.Reason, step.Attempt, step.CachedFrom, live.Progress(step.Run, step.Ordinal), step.Key,
        step.KeyParts, step.Outputs, step.Result, step.StartedAt, step.EndedAt);
}
