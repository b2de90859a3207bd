using System.Text.Json.Nodes;
using Takt.Journal;
using Takt.Pipelines.Runs;

namespace Takt.Pipelines.Steps;

/// <summary>How a step came out.</summary>
/// <param name="Outputs">Files by name.</param>
/// <param name="Result">Evidence by name.</param>
/// <param name="Edges">Lineage for the step's fact.</param>
internal sealed record StepOutcome(StepState State, string? Reason, IReadOnlyDictionary<string, StepFile> Outputs, JsonObject Result, PipelineRunId? CachedFrom, IReadOnlyList<LineageEdge> Edges)
{
    private static readonly Dictionary<string, StepFile> none = [];

    public static StepOutcome Done(JsonObject result, IReadOnlyDictionary<string, StepFile>? outputs = null, params IReadOnlyList<LineageEdge> edges) =>
        new(StepState.Succeeded, null, outputs ?? none, result, null, edges);

    public static StepOutcome Failed(string reason) => new(StepState.Failed, reason, none, [], null, []);

    public static StepOutcome Refused(string reason, JsonObject result) => new(StepState.Refused, reason, none, result, null, []);

    public static StepOutcome Waits(string reason) => new(StepState.Waiting, reason, none, [], null, []);

    public static StepOutcome Cancelled(string reason) => new(StepState.Cancelled, reason, none, [], null, []);
}
