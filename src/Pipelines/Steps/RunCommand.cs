using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Takt.Artifacts;
using Takt.Datasets;
using Takt.Journal;
using Takt.Kernel;
using Takt.Pipelines.Cache;
using Takt.Pipelines.Execution;
using Takt.Pipelines.Recipes;
using Takt.Pipelines.Runs;
using Takt.Pipelines.Specs;

namespace Takt.Pipelines.Steps;

/// <summary>
/// A user's own command, in its own folder: its code as in the project, its inputs in <c>in/NAME</c> (a dataset: a folder of Parquet files; a step's output: a
/// file), its outputs in <c>out/</c>, its params in the environment (<c>TAKT_PARAM_CUTOFF</c>) and in <c>params.json</c>.
/// </summary>
internal sealed class RunCommand(IDatasets datasets, IArtifactStore artifacts, StepCache cache, StepProcess process, TrackedResults tracked, HostFacts host) : IStep
{
    public Type Runs => typeof(CommandStepSpec);

    public async Task<StepOutcome> RunAsync(StepContext context, CancellationToken cancellationToken)
    {
        var spec = (CommandStepSpec)context.Spec;
        var inputs = await InputsAsync(context, spec, cancellationToken).ConfigureAwait(false);
        var key = Key(context, spec, inputs);
        await context.SetKey(key).ConfigureAwait(false);
        if (context.Run.UseCache && await cache.FindAsync(context.Project, key.Digest, cancellationToken).ConfigureAwait(false) is { } hit)
        {
            context.Log.Write($"Nothing it depends on has changed: its result is run {hit.Run}'s. No process was started.");
            await tracked.PublishAsync(context, hit.Outputs, hit.Result, cancellationToken).ConfigureAwait(false);
            return new StepOutcome(StepState.Cached, $"As in run {hit.Run}.", hit.Outputs, hit.Result, hit.Run, Edges(inputs, hit.Outputs));
        }
        await LayOutAsync(context, spec, inputs, cancellationToken).ConfigureAwait(false);
        var exit = await process.RunAsync(new StepCommand(["/bin/sh", "-c", Shell(spec.Command)], context.Folder, Variables(context, spec), DotnetOutside(spec), spec.Limits,
            context.Run.Spec.Sandboxed ? Sandboxing.Required : Sandboxing.None), context.Log, context.ProcessStarted, cancellationToken).ConfigureAwait(false);
        if (TaktChild.Failure(exit, context.Log) is { } failure) return StepOutcome.Failed(failure);
        var outputs = await artifacts.KeepAsync(context.Project, context.Folder, spec.Outputs, cancellationToken).ConfigureAwait(false);
        var result = await ResultAsync(context, spec, inputs, exit, cancellationToken).ConfigureAwait(false);
        await tracked.PublishAsync(context, outputs, result, cancellationToken).ConfigureAwait(false);
        return StepOutcome.Done(result, outputs, Edges(inputs, outputs));
    }

    private async Task<IReadOnlyList<Input>> InputsAsync(StepContext context, CommandStepSpec spec, CancellationToken cancellationToken)
    {
        var inputs = new List<Input>();
        foreach (var (name, input) in spec.Inputs.OrderBy(i => i.Key, StringComparer.Ordinal))
        {
            if (input.Dataset is { } dataset) inputs.Add(new Input(name, await datasets.FindAsync(context.Project, dataset, input.Version, cancellationToken).ConfigureAwait(false), null));
            else
            {
                var file = context.Before.FirstOrDefault(s => s.Name == input.Step)?.Outputs.GetValueOrDefault(input.Output!)
                    ?? throw new StepRefusedException($"Step '{input.Step}' made no '{input.Output}'.");
                inputs.Add(new Input(name, null, file));
            }
        }
        return inputs;
    }

    private CacheKey Key(StepContext context, CommandStepSpec spec, IReadOnlyList<Input> inputs)
    {
        var key = new CacheKey();
        key.Add("command", spec.Command);
        foreach (var (path, digest) in spec.Code) key.Add($"code.{path}", digest.ToString());
        foreach (var input in inputs)
        {
            if (input.Version is { } version) key.Add($"input.{input.Name}", version.Reference());
            key.Add($"input.{input.Name}.digest", (input.Version?.Digest ?? input.File!.Blob).ToString());
        }
        key.AddAll("param", context.Params.Given);
        key.AddAll("env", spec.Variables);
        key.Add("outputs", string.Join(' ', spec.Outputs));
        key.Add("interpreter", HostFacts.Interpreter(spec.Command));
        foreach (var name in (string[])["os", "architecture"]) key.Add($"environment.{name}", host.Environment[name]);
        return key;
    }

    private async Task LayOutAsync(StepContext context, CommandStepSpec spec, IReadOnlyList<Input> inputs, CancellationToken cancellationToken)
    {
        foreach (var (path, digest) in spec.Code) InputFiles.Place(await artifacts.LocalPathAsync(context.Project, digest, cancellationToken).ConfigureAwait(false), Path.Combine(context.Folder, path));
        foreach (var input in inputs)
        {
            var place = Path.Combine(context.Folder, "in", input.Name);
            if (input.File is { } file) InputFiles.Place(await artifacts.LocalPathAsync(context.Project, file.Blob, cancellationToken).ConfigureAwait(false), place);
            else
            {
                var parts = await datasets.LocalPartsAsync(context.Project, input.Version!, cancellationToken).ConfigureAwait(false);
                for (var i = 0; i < parts.Count; i++) InputFiles.Place(parts[i], Path.Combine(place, $"{i:D4}.parquet"));
            }
        }
        await File.WriteAllTextAsync(Path.Combine(context.Folder, "params.json"), JsonSerializer.Serialize(context.Params.Given), cancellationToken).ConfigureAwait(false);
        StepFolder.Hand(context.Folder);
    }

    /// <summary>A C# file is built and run by the SDK; the native compiler's package is not needed for that.</summary>
    private static string Shell(string command)
    {
        var words = command.TrimStart().Split((char[])[' ', '\t', '\n'], 2);
        return words[0].EndsWith(".cs", StringComparison.Ordinal) ? $"exec dotnet run --file {words[0]} -p:PublishAot=false -- {(words.Length > 1 ? words[1] : "")}" : command;
    }

    private static List<Mount> DotnetOutside(CommandStepSpec spec) =>
        spec.Command.TrimStart().Split(' ')[0].EndsWith(".cs", StringComparison.Ordinal) && !TaktProgram.DotnetRoot.StartsWith("/usr/", StringComparison.Ordinal) ? [Mount.AsIs(TaktProgram.DotnetRoot)] : [];

    private static Dictionary<string, string> Variables(StepContext context, CommandStepSpec spec)
    {
        var variables = StepEnvironment.Of(context.Folder);
        variables["DOTNET_ROOT"] = TaktProgram.DotnetRoot;
        if (!TaktProgram.DotnetRoot.StartsWith("/usr/", StringComparison.Ordinal)) variables["PATH"] = $"{TaktProgram.DotnetRoot}:{variables["PATH"]}";
        foreach (var (name, value) in spec.Variables) variables[name] = value;
        foreach (var (name, value) in context.Params.Given) variables[$"TAKT_PARAM_{name.Replace('-', '_').ToUpperInvariant()}"] = value;
        variables["TAKT_STEP"] = context.Step.Name;
        return variables;
    }

    private static async Task<JsonObject> ResultAsync(StepContext context, CommandStepSpec spec, IReadOnlyList<Input> inputs, StepExit exit, CancellationToken cancellationToken)
    {
        var versions = inputs.Select(i => i.Version).OfType<DatasetVersion>().ToList();
        var cutoff = context.Params.Cutoff ?? versions.Select(v => v.End()).Where(e => e is not null).Max();
        var result = new JsonObject
        {
            ["datasets"] = new JsonArray([.. versions.Select(v => (JsonNode)new JsonObject { ["name"] = v.Name, ["number"] = v.Number, ["digest"] = v.Digest.ToString() })]),
            ["means"] = FiguresJson.Of(exit.Means)
        };
        if (cutoff is { } time) result["cutoff"] = DatasetInput.Written(time);
        if (spec.Outputs.Contains("metrics.json") && await MetricsAsync(Path.Combine(context.Folder, "out", "metrics.json"), cancellationToken).ConfigureAwait(false) is { } metrics)
            result["metrics"] = metrics;
        return result;
    }

    /// <summary>Numbers by name; a command that writes something else has no metrics.</summary>
    private static async Task<JsonObject?> MetricsAsync(string path, CancellationToken cancellationToken)
    {
        if (new FileInfo(path).Length > 1 << 20) return null;
        try
        {
            var numbers = FiguresJson.Numbers(JsonNode.Parse(await File.ReadAllTextAsync(path, cancellationToken).ConfigureAwait(false)) as JsonObject);
            return new JsonObject(numbers.Select(n => KeyValuePair.Create(n.Key, (JsonNode?)n.Value)));
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static LineageEdge[] Edges(IReadOnlyList<Input> inputs, IReadOnlyDictionary<string, StepFile> outputs) =>
    [
        .. from input in inputs
           from output in outputs.Values
           select new LineageEdge(input.Version is { } v ? Subject.DatasetVersion(v.Name, v.Number) : Subject.Blob(input.File!.Blob), Subject.Blob(output.Blob), "built-from")
    ];

    private sealed record Input(string Name, DatasetVersion? Version, StepFile? File);
}
