using System.Text.Json;
using Takt.Kernel;
using Takt.Pipelines.Recipes;
using Takt.Pipelines.Runs;
using Takt.Pipelines.Specs;
using Takt.Registry;

namespace Takt.Pipelines.Reproducing;

/// <summary>Makes a model version again from its record alone: the same steps on the same dataset versions, without the cache, in fresh folders.</summary>
internal sealed class ReproduceVersion(IRegistry registry, StartRun start)
{
    public async Task<Outcome<PipelineRunId>> StartAsync(Caller caller, string model, int number, CancellationToken cancellationToken)
    {
        if (await registry.FindAsync(caller.Project, model, number, cancellationToken).ConfigureAwait(false) is not { } version)
            return Problem.NotFound("model-version-not-found", $"There is no version {model}/{number}.");
        if (Read(version) is not { } recipe)
            return Problem.Unprocessable("not-reproducible", $"{version} was not made by a pipeline of Takt, so nothing says how to make it again.");
        var parameters = new Dictionary<string, string>(recipe.Params);
        // A run that named no cutoff took all there was then.
        if (recipe.Cutoff is { } cutoff && RunParams.Known(recipe.Spec).Contains("cutoff")) parameters["cutoff"] = Steps.DatasetInput.Written(cutoff);
        var run = start.New(caller, Shorten(recipe), parameters, $"reproduces {version}") with { Reproduces = version.ToString(), Source = recipe.Source, UseCache = false };
        return await start.AddAsync(run, cancellationToken).ConfigureAwait(false);
    }

    private static Recipe? Read(ModelVersion version)
    {
        try
        {
            return JsonSerializer.Deserialize<Recipe>(version.Provenance.Recipe, TaktJson.Options) is { Format: Recipe.Newest, Spec: not null } recipe ? recipe : null;
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            return null;
        }
    }

    /// <summary>The steps that led to the model, then the comparison.</summary>
    private static PipelineSpec Shorten(Recipe recipe)
    {
        var last = recipe.Spec.Steps.ToList().FindIndex(s => s.Name == recipe.ModelStep);
        var then = recipe.Steps.First(s => s.Name == recipe.ModelStep).Outputs.ToDictionary(o => o.Key, o => o.Value.Blob);
        return recipe.Spec with { Steps = [.. recipe.Spec.Steps.Take(last + 1), new CompareStepSpec("compare", recipe.ModelStep, then, recipe.Environment)] };
    }
}
