namespace Takt.Pipelines.Specs;

/// <summary>What was asked: an entry of <c>pipelines:</c>. Kept as JSON with each run, so that a run never changes under way.</summary>
/// <param name="Params">Names that a run may set, and their defaults (empty: not set).</param>
/// <param name="Sandboxed">False where the file says <c>sandbox: none</c>.</param>
/// <param name="Steps">In the order they run.</param>
internal sealed record PipelineSpec(string Name, IReadOnlyDictionary<string, string> Params, bool Sandboxed, IReadOnlyList<StepSpec> Steps)
{
    /// <summary>The model that the pipeline registers; null where it registers none.</summary>
    public string? Model => Steps.OfType<RegisterStepSpec>().FirstOrDefault()?.Model;
}
