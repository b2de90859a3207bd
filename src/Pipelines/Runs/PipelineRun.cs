using Takt.Kernel;
using Takt.Pipelines.Specs;
using Takt.Tracking;

namespace Takt.Pipelines.Runs;

/// <summary>A run as it stands.</summary>
/// <param name="Number">From 1, by pipeline.</param>
/// <param name="Reproduces">The model version that is made again; null: an ordinary run.</param>
/// <param name="Reason">Why it waits, failed or was refused.</param>
/// <param name="Cause">Who or what started it: <c>hand</c>, <c>trigger retrain (fact 812)</c> …</param>
/// <param name="Spec">Frozen when it started.</param>
/// <param name="By">Who started it, with the role they had.</param>
internal sealed record PipelineRun(PipelineRunId Id, ProjectId Project, string Pipeline, int Number, string? Reproduces, RunState State, string? Reason, string Cause,
    IReadOnlyDictionary<string, string> Params, PipelineSpec Spec, int Revision, SourceState? Source, bool UseCache, ActorId By, Role Role, RunId? TrackingRun,
    DateTimeOffset CreatedAt, DateTimeOffset? StartedAt, DateTimeOffset? EndedAt)
{
    /// <summary>The run acts as whoever started it.</summary>
    public Caller Caller => new(By, Project, Role);
}

internal enum RunState { Queued, Running, Waiting, Succeeded, Failed, Refused, Cancelled }
