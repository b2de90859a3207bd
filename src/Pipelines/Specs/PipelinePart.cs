using System.Text;
using Takt.Artifacts;
using Takt.Kernel;

namespace Takt.Pipelines.Specs;

/// <summary>The part <c>pipelines:</c> of takt.yaml.</summary>
internal sealed class PipelinePart(SpecStore store, IArtifactStore artifacts) : IDefinitionPart
{
    private const string SourceFile = ".takt/source.json";

    public string Key => "pipelines";

    public string JsonSchema => SpecSchemas.Pipelines;

    public object Read(SpecMap node, SpecErrors errors, Func<string, string?> files)
    {
        var references = new List<SpecReference>();
        var steps = new StepReading(errors, files, references);
        var pipelines = new Dictionary<string, PipelineSpec>();
        foreach (var entry in node.Entries)
        {
            Names.Check(entry, "pipeline", errors);
            if (entry.Value is not SpecMap map)
            {
                errors.Add(entry, $"Pipeline '{entry.Name}' must hold named values.", "It needs 'steps'.");
                continue;
            }
            map.AllowOnly(errors, $"Pipeline '{entry.Name}'", "params", "sandbox", "steps");
            var sandbox = map.Text("sandbox", errors);
            if (sandbox is not (null or "none")) errors.Add(map["sandbox"]!, $"'{sandbox}' is no sandbox.", "Leave it out, or write 'sandbox: none' to run commands without one.");
            pipelines[entry.Name] = new PipelineSpec(entry.Name, Params(map, errors), sandbox is not "none", steps.Read(map, entry.Name));
        }
        return new ReadPipelines(pipelines, steps.Code, files(SourceFile), references);
    }

    public async Task<IReadOnlyList<SpecChange>> PlanAsync(Caller caller, object spec, CancellationToken cancellationToken) =>
        SpecStore.Changes("pipeline", await store.ListAsync<PipelineSpec>(caller.Project, SpecStore.Pipeline, cancellationToken).ConfigureAwait(false), ((ReadPipelines)spec).Pipelines);

    public async Task ApplyAsync(Caller caller, object spec, CancellationToken cancellationToken)
    {
        var read = (ReadPipelines)spec;
        foreach (var text in read.Code.Values) await artifacts.PutAsync(caller.Project, Encoding.UTF8.GetBytes(text), cancellationToken).ConfigureAwait(false);
        var source = read.Source is null ? null : await SourceState.KeepAsync(artifacts, caller.Project, read.Source, cancellationToken).ConfigureAwait(false);
        await store.ReplaceAsync(caller, SpecStore.Pipeline, read.Pipelines, cancellationToken).ConfigureAwait(false);
        if (source is not null) await store.KeepSourceAsync(caller.Project, source, cancellationToken).ConfigureAwait(false);
    }

    private static Dictionary<string, string> Params(SpecMap map, SpecErrors errors)
    {
        var known = new Dictionary<string, string>();
        foreach (var entry in map.Map("params", errors)?.Entries ?? [])
        {
            Names.Check(entry, "param", errors);
            if (entry.Value is SpecScalar value) known[entry.Name] = value.Text;
            else errors.Add(entry, $"Param '{entry.Name}' must be one value, its default.", "Leave the value empty where it has none.");
        }
        return known;
    }

    private sealed record ReadPipelines(IReadOnlyDictionary<string, PipelineSpec> Pipelines, IReadOnlyDictionary<Digest, string> Code, string? Source,
        IReadOnlyList<SpecReference> References) : ISpecReferences;
}
