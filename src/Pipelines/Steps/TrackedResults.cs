using System.Text.Json;
using System.Text.Json.Nodes;
using Takt.Artifacts;
using Takt.Kernel;
using Takt.Pipelines.Runs;
using Takt.Tracking;

namespace Takt.Pipelines.Steps;

/// <summary>What a step made, in the run's page in Tracking: params, metrics and files, whether it was computed now or taken from the cache.</summary>
internal sealed class TrackedResults(ITracking tracking, IArtifactStore artifacts, TimeProvider time)
{
    private const int LongestParam = 6000;
    private const int LargestParams = 1 << 20;

    public async Task PublishAsync(StepContext context, IReadOnlyDictionary<string, StepFile> outputs, JsonObject result, CancellationToken cancellationToken)
    {
        var parameters = outputs.TryGetValue("params.json", out var file) && file.Size < LargestParams
            ? Flat(await artifacts.ReadAsync(context.Project, file.Blob, LargestParams, cancellationToken).ConfigureAwait(false))
            : [];
        // A param of a run never changes, and steps read different versions: each step's own stand under its name.
        var of = context.Step.Uses == "train" ? "" : $"{context.Step.Name}.";
        parameters = parameters.ToDictionary(p => of + p.Key, p => p.Value);
        if (result["dataset"] is JsonObject dataset) parameters[$"{of}dataset"] = $"{dataset["name"]}/{dataset["number"]}";
        if (result["cutoff"] is { } cutoff) parameters[$"{of}cutoff"] = cutoff.ToString();
        var at = time.GetUtcNow().ToUnixTimeMilliseconds();
        MetricPoint[] metrics =
        [
            .. FiguresJson.Numbers(result["metrics"] as JsonObject).Select(m => new MetricPoint(of + m.Key, m.Value, at, 0)),
            .. FiguresJson.Numbers(result["trainMetrics"] as JsonObject).Select(m => new MetricPoint($"train_{m.Key}", m.Value, at, 0)),
            .. FiguresJson.Numbers(result["championMetrics"] as JsonObject).Select(m => new MetricPoint($"{of}champion_{m.Key}", m.Value, at, 0))
        ];
        await tracking.LogAsync(context.Caller, context.TrackingRun, parameters, metrics, cancellationToken).ConfigureAwait(false);
        foreach (var (name, kept) in outputs)
            await tracking.AttachArtifactAsync(context.Caller, context.TrackingRun, new RunArtifact($"{context.Step.Name}/{name}", kept.Blob, kept.Size), cancellationToken).ConfigureAwait(false);
    }

    private static Dictionary<string, string> Flat(byte[] json)
    {
        var flat = new Dictionary<string, string>();
        try
        {
            using var document = JsonDocument.Parse(json);
            Add("", document.RootElement);
        }
        catch (JsonException)
        {
            // A user's own params.json may be anything; it is kept as a file all the same.
        }
        return flat;

        void Add(string path, JsonElement value)
        {
            if (flat.Count >= 200) return;
            if (value.ValueKind == JsonValueKind.Object)
            {
                foreach (var property in value.EnumerateObject()) Add(path.Length == 0 ? property.Name : $"{path}.{property.Name}", property.Value);
            }
            else if (path.Length is > 0 and < 250 && value.ValueKind is not JsonValueKind.Null)
            {
                var text = value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
                flat[path] = text.Length > LongestParam ? text[..LongestParam] : text;
            }
        }
    }
}
