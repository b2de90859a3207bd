using System.Text.Json.Nodes;
using Takt.Kernel;
using Takt.Pipelines.Execution;
using Takt.Pipelines.Runs;
using Takt.Pipelines.Specs;
using Takt.Tracking;

namespace Takt.Pipelines.Steps;

/// <summary>One kind of step.</summary>
internal interface IStep
{
    /// <summary>The specs it runs.</summary>
    Type Runs { get; }

    Task<StepOutcome> RunAsync(StepContext context, CancellationToken cancellationToken);
}

/// <summary>What a step knows when it runs.</summary>
/// <param name="Before">The steps before it, done.</param>
/// <param name="TrackingRun">Where it logs.</param>
/// <param name="Folder">Its working folder, made and empty.</param>
/// <param name="SetKey">Keeps the key before the work begins.</param>
internal sealed record StepContext(PipelineRun Run, StepRun Step, StepSpec Spec, IReadOnlyList<StepRun> Before, RunParams Params, RunId TrackingRun, string Folder, StepLog Log,
    Func<ProcessIdentity, Task> ProcessStarted, Func<Cache.CacheKey, Task> SetKey)
{
    public Caller Caller => Run.Caller;

    public ProjectId Project => Run.Project;

    /// <summary>The last step before this one that made a model, with its spec.</summary>
    public (StepSpec Spec, StepRun Step) ModelStep
    {
        get
        {
            var step = Before.LastOrDefault(s => s.Outputs.ContainsKey(ModelFile)) ?? throw new StepRefusedException("No step before this one made a model.");
            return (Run.Spec.Steps.First(s => s.Name == step.Name), step);
        }
    }

    public Digest Model => ModelStep.Step.Outputs[ModelFile].Blob;

    /// <summary>The result of the last step before this one of a kind; null: there is none.</summary>
    public JsonObject? ResultOf(string kind) => Before.LastOrDefault(s => s.Uses == kind)?.Result;

    public const string ModelFile = "model.onnx";
}
