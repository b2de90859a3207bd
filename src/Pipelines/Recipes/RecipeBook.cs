using System.Text.Json.Nodes;
using Takt.Kernel;
using Takt.Pipelines.Runs;
using Takt.Pipelines.Specs;
using Takt.Pipelines.Steps;
using Takt.Registry;

namespace Takt.Pipelines.Recipes;

/// <summary>Writes recipes from what a run did.</summary>
internal sealed class RecipeBook(HostFacts host)
{
    public Recipe Write(StepContext context)
    {
        var (_, made) = context.ModelStep;
        var led = context.Before.Where(s => s.Ordinal <= made.Ordinal).ToList();
        return new Recipe(Recipe.Newest, context.Run.Pipeline, context.Run.Id, Pin(context.Run.Spec, context.Before), made.Name, context.Run.Params,
            made.Result["cutoff"]?.GetValue<string>() is { } text && RunParams.TryTime(text, out var cutoff) ? cutoff : null,
            context.Run.Source, host.Environment, host.Host,
            [.. led.Select(s => new RecipeStep(s.Name, s.Uses, s.Key, s.KeyParts, s.Outputs, s.Result.DeepClone().AsObject(), s.CachedFrom))]);
    }

    /// <summary>Every dataset version that the steps trained on.</summary>
    public static IReadOnlyList<DatasetUse> Datasets(IEnumerable<StepRun> steps) =>
        [.. steps.Where(s => s.Uses is "train" or "command").SelectMany(s => Uses(s.Result)).DistinctBy(u => (u.Name, u.Number))];

    private static IEnumerable<DatasetUse> Uses(JsonObject result)
    {
        if (result["dataset"] is JsonObject one) yield return Use(one);
        foreach (var node in result["datasets"] as JsonArray ?? [])
            if (node is JsonObject use) yield return Use(use);
    }

    private static DatasetUse Use(JsonObject use) => new(use["name"]!.GetValue<string>(), use["number"]!.GetValue<int>(), Digest.Parse(use["digest"]!.GetValue<string>()));

    /// <summary>The spec with each dataset fixed to the version that was read.</summary>
    private static PipelineSpec Pin(PipelineSpec spec, IReadOnlyList<StepRun> steps)
    {
        var read = Datasets(steps).ToDictionary(u => u.Name, u => (int?)u.Number);
        return spec with
        {
            Steps =
            [
                .. spec.Steps.Select(step => step switch
                {
                    TrainStepSpec train => train with { Version = read.GetValueOrDefault(train.Dataset) },
                    CommandStepSpec command => command with
                    {
                        Inputs = command.Inputs.ToDictionary(i => i.Key, i => i.Value.Dataset is { } name ? i.Value with { Version = read.GetValueOrDefault(name) } : i.Value)
                    },
                    _ => step
                })
            ]
        };
    }
}
