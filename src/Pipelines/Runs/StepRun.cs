using System.Text.Json.Nodes;
using Takt.Kernel;

namespace Takt.Pipelines.Runs;

/// <summary>A step of a run as it stands.</summary>
/// <param name="Key">Of the cache; null where the step is not cached.</param>
/// <param name="KeyParts">What the key is made of.</param>
/// <param name="CachedFrom">The run whose result was taken.</param>
/// <param name="Process">The process that runs, or ran last.</param>
/// <param name="Outputs">Files by name.</param>
/// <param name="Result">Evidence by name: tracking run, verdict, model version …</param>
internal sealed record StepRun(PipelineRunId Run, int Ordinal, string Name, string Uses, StepState State, string? Reason, int Attempt, Digest? Key,
    IReadOnlyDictionary<string, string> KeyParts, PipelineRunId? CachedFrom, ProcessIdentity? Process, IReadOnlyDictionary<string, StepFile> Outputs, JsonObject Result,
    Digest? Log, DateTimeOffset? StartedAt, DateTimeOffset? EndedAt);

internal enum StepState { Pending, Running, Waiting, Succeeded, Cached, Failed, Refused, Skipped, Cancelled }

/// <summary>A file that a step made, kept in Artifacts.</summary>
internal sealed record StepFile(Digest Blob, long Size);

/// <summary>A process for good: numbers are used again, a number with its start time is not.</summary>
internal sealed record ProcessIdentity(int Id, long StartedAt);
