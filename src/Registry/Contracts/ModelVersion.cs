using Takt.Kernel;
using Takt.Quality;
using Takt.Tracking;

namespace Takt.Registry;

/// <summary>A frozen model with all it came from.</summary>
/// <param name="Number">From 1, by model.</param>
/// <param name="Digest">Of the ONNX file in Artifacts: covers what it computes, never a run id or a time.</param>
public sealed record ModelVersion(string Model, int Number, Digest Digest, Provenance Provenance, DateTimeOffset CreatedAt, IReadOnlyList<string> Aliases)
{
    /// <summary><c>name/3</c></summary>
    public override string ToString() => $"{Model}/{Number}";
}

/// <summary>Where a model version comes from, whole: enough to make it again.</summary>
/// <param name="Run">Null for a model that was brought in from outside.</param>
/// <param name="PipelineRun">The pipeline run's id as text; null where none made it.</param>
/// <param name="Datasets">What it trained on.</param>
/// <param name="Verdict">The gate's.</param>
/// <param name="Recipe">JSON: the step's spec, code digest, params, environment, seeds, host.</param>
/// <param name="Reference">Parquet of scored validation rows: what monitors compare with; null: none.</param>
/// <param name="Signature">JSON of inputs and outputs.</param>
public sealed record Provenance(RunId? Run, string? PipelineRun, IReadOnlyList<DatasetUse> Datasets, VerdictId? Verdict, string Recipe, Digest? Reference, string Signature);

/// <summary>A dataset version that went into a model.</summary>
public sealed record DatasetUse(string Name, int Number, Digest Digest);
