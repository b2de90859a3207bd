using System.Text.Json.Nodes;
using Takt.Kernel;
using Takt.Pipelines.Runs;
using Takt.Pipelines.Specs;

namespace Takt.Pipelines.Recipes;

/// <summary>
/// All that a model came from, kept with its version as JSON: enough to make it again without any other record. <c>takt reproduce</c> reads nothing else.
/// </summary>
/// <param name="Format">Of this record; grows when its meaning changes.</param>
/// <param name="Spec">The pipeline as it was; datasets pinned to the versions that were read.</param>
/// <param name="ModelStep">The step that made the model.</param>
/// <param name="Cutoff">Rows before it were trained on.</param>
/// <param name="Source">Where git stood.</param>
/// <param name="Environment">What may change a result: system, runtime, engines by digest.</param>
/// <param name="Host">Where it ran.</param>
/// <param name="Steps">What each step that led to the model used and made.</param>
internal sealed record Recipe(int Format, string Pipeline, PipelineRunId Run, PipelineSpec Spec, string ModelStep, IReadOnlyDictionary<string, string> Params, DateTimeOffset? Cutoff,
    SourceState? Source, IReadOnlyDictionary<string, string> Environment, IReadOnlyDictionary<string, string> Host, IReadOnlyList<RecipeStep> Steps)
{
    public const int Newest = 1;
}

/// <param name="Key">Digest of all its result depends on, with its parts.</param>
/// <param name="Result">Metrics, dataset, seed, means (sandbox, limits in force).</param>
/// <param name="MadeBy">The run whose result was taken from the cache; null: made in this run.</param>
internal sealed record RecipeStep(string Name, string Uses, Digest? Key, IReadOnlyDictionary<string, string> KeyParts, IReadOnlyDictionary<string, StepFile> Outputs, JsonObject Result, PipelineRunId? MadeBy);
