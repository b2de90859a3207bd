using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Takt.Artifacts;
using Takt.Journal;
using Takt.Kernel;
using Takt.Pipelines.Execution;
using Takt.Pipelines.Recipes;
using Takt.Pipelines.Runs;
using Takt.Pipelines.Specs;
using Takt.Quality;
using Takt.Registry;

namespace Takt.Pipelines.Steps;

/// <summary>The step <c>register</c>: the model becomes a version, with all it came from.</summary>
internal sealed class RegisterVersion(IRegistry registry, IArtifactStore artifacts, RecipeBook recipes) : IStep
{
    private const int LargestSignature = 1 << 20;

    public Type Runs => typeof(RegisterStepSpec);

    public async Task<StepOutcome> RunAsync(StepContext context, CancellationToken cancellationToken)
    {
        var model = ((RegisterStepSpec)context.Spec).Model;
        var version = await EarlierAsync(context, model, cancellationToken).ConfigureAwait(false) ?? await RegisterAsync(context, model, cancellationToken).ConfigureAwait(false);
        context.Log.Write($"Registered as {version}, digest {version.Digest}.");
        return StepOutcome.Done(new JsonObject { ["modelVersion"] = version.ToString(), ["digest"] = version.Digest.ToString() }, null,
            new LineageEdge(Subject.PipelineRun(context.Run.Id.ToString()), Subject.ModelVersion(version.Model, version.Number), "registered"));
    }

    /// <summary>A server that died right after registering must not register twice.</summary>
    private async Task<ModelVersion?> EarlierAsync(StepContext context, string model, CancellationToken cancellationToken)
    {
        if (context.Step.Attempt <= 1) return null;
        for (var number = 1; await registry.FindAsync(context.Project, model, number, cancellationToken).ConfigureAwait(false) is { } version; number++)
            if (version.Provenance.PipelineRun == context.Run.Id.ToString()) return version;
        return null;
    }

    private async Task<ModelVersion> RegisterAsync(StepContext context, string model, CancellationToken cancellationToken)
    {
        var made = context.ModelStep.Step;
        var signature = made.Outputs.TryGetValue("signature.json", out var file)
            ? Encoding.UTF8.GetString(await artifacts.ReadAsync(context.Project, file.Blob, LargestSignature, cancellationToken).ConfigureAwait(false))
            : "{}";
        VerdictId? verdict = context.ResultOf("gate")?["verdict"]?.GetValue<string>() is { } id ? Id.Parse<VerdictId>(id) : null;
        var recipe = JsonSerializer.Serialize(recipes.Write(context), TaktJson.Options);
        var provenance = new Provenance(context.TrackingRun, context.Run.Id.ToString(), RecipeBook.Datasets(context.Before), verdict, recipe,
            made.Outputs.TryGetValue("validation.parquet", out var reference) ? reference.Blob : null, signature);
        var registered = await registry.RegisterAsync(context.Caller, model, context.Model, provenance, cancellationToken).ConfigureAwait(false);
        return registered.Switch(version => version, problem => throw new StepRefusedException(problem.ToString()));
    }
}
