using System.Text.Json.Nodes;
using Takt.Kernel;
using Takt.Pipelines.Recipes;
using Takt.Pipelines.Specs;

namespace Takt.Pipelines.Steps;

/// <summary>Closes a reproduction: the same bytes, or what differs. A difference is a finding, not an error.</summary>
internal sealed class CompareResults(HostFacts host) : IStep
{
    public Type Runs => typeof(CompareStepSpec);

    public Task<StepOutcome> RunAsync(StepContext context, CancellationToken cancellationToken)
    {
        var spec = (CompareStepSpec)context.Spec;
        var made = context.Before.First(s => s.Name == spec.Step).Outputs;
        var files = spec.Expected.Keys.Union(made.Keys).Where(name => !made.TryGetValue(name, out var file) || !spec.Expected.TryGetValue(name, out var expected) || file.Blob != expected)
            .Select(name => $"{name}: {(spec.Expected.TryGetValue(name, out var then) ? then.Short : "(not made)")} then, {(made.TryGetValue(name, out var now) ? now.Blob.Short : "(not made)")} now").ToList();
        var surroundings = host.Environment.Keys.Union(spec.Environment.Keys).Where(name => host.Environment.GetValueOrDefault(name) != spec.Environment.GetValueOrDefault(name))
            .Select(name => $"{name}: {Short(spec.Environment.GetValueOrDefault(name))} then, {Short(host.Environment.GetValueOrDefault(name))} now").ToList();
        var expectedModel = spec.Expected[StepContext.ModelFile];
        var identical = made[StepContext.ModelFile].Blob == expectedModel;
        foreach (var line in (string[])[identical ? $"Bit-identical: {expectedModel}." : "The model is another one.", .. files, .. surroundings.Select(s => $"environment {s}")]) context.Log.Write(line);
        return Task.FromResult(StepOutcome.Done(new JsonObject
        {
            ["identical"] = identical,
            ["expected"] = expectedModel.ToString(),
            ["model"] = made[StepContext.ModelFile].Blob.ToString(),
            ["differs"] = new JsonArray([.. files.Select(f => (JsonNode)f)]),
            ["environmentDiffers"] = new JsonArray([.. surroundings.Select(s => (JsonNode)s)])
        }));
    }

    private static string Short(string? value) => value is null ? "(none)" : Digest.TryParse(value, null, out var digest) ? digest.Short : value;
}
