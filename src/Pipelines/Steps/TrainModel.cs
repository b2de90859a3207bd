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
using Takt.Trainers;

namespace Takt.Pipelines.Steps;

/// <summary>The step <c>train</c>: the built-in trainer, on the dataset's newest version (or the one that is pinned).</summary>
internal sealed class TrainModel(IDatasets datasets, IArtifactStore artifacts, StepCache cache, TaktChild child, TrackedResults tracked, HostFacts host) : IStep
{
    public Type Runs => typeof(TrainStepSpec);

    public async Task<StepOutcome> RunAsync(StepContext context, CancellationToken cancellationToken)
    {
        var spec = (TrainStepSpec)context.Spec;
        var version = await datasets.FindAsync(context.Project, spec.Dataset, spec.Version, cancellationToken).ConfigureAwait(false);
        var asked = context.Params.Apply(spec.Training);
        var cutoff = context.Params.Cutoff ?? version.End();
        var training = asked with { Time = await TimeColumnAsync(context, spec.Dataset, asked.Time, cancellationToken).ConfigureAwait(false), Cutoff = cutoff };
        var key = Key(training, version);
        await context.SetKey(key).ConfigureAwait(false);
        var edges = Edges(version);
        if (context.Run.UseCache && await cache.FindAsync(context.Project, key.Digest, cancellationToken).ConfigureAwait(false) is { } hit)
        {
            context.Log.Write($"Nothing it depends on has changed: its result is run {hit.Run}'s. No process was started.");
            await tracked.PublishAsync(context, hit.Outputs, hit.Result, cancellationToken).ConfigureAwait(false);
            return new StepOutcome(StepState.Cached, $"As in run {hit.Run}.", hit.Outputs, hit.Result, hit.Run, edges(hit.Outputs));
        }
        context.Log.Write($"Trains on {version.Reference()} ({version.Rows:N0} rows){(cutoff is { } end ? $", rows before {DatasetInput.Written(end)}" : "")}.");
        var mounts = new List<Mount>();
        var parts = await datasets.LocalPartsAsync(context.Project, version, cancellationToken).ConfigureAwait(false);
        var data = parts.Select((part, i) => InputFiles.Give(part, context.Folder, $"in/{i:D4}.parquet", mounts)).ToList();
        var exit = await child.RunAsync(context, "train", JsonSerializer.Serialize(training with { Data = data }, TrainingSpec.Json), mounts, spec.Limits, cancellationToken).ConfigureAwait(false);
        if (TaktChild.Failure(exit, context.Log) is { } failure) return StepOutcome.Failed(failure);

        var outputs = await artifacts.KeepAsync(context.Project, context.Folder, TrainStep.Files, cancellationToken).ConfigureAwait(false);
        var result = await ResultAsync(context.Folder, version, training, exit, cancellationToken).ConfigureAwait(false);
        await tracked.PublishAsync(context, outputs, result, cancellationToken).ConfigureAwait(false);
        return StepOutcome.Done(result, outputs, edges(outputs));
    }

    private async Task<string> TimeColumnAsync(StepContext context, string dataset, string asked, CancellationToken cancellationToken)
    {
        if (asked.Length > 0) return asked;
        var spec = await datasets.FindAsync(context.Project, dataset, cancellationToken).ConfigureAwait(false);
        return spec?.TimeColumn ?? throw new StepRefusedException($"Dataset '{dataset}' has no time column, and rows are split by time. Give the dataset 'time', or the step.");
    }

    private CacheKey Key(TrainingSpec training, DatasetVersion version)
    {
        var key = new CacheKey();
        key.Add("training", ChunkedDigest.Of(JsonSerializer.SerializeToUtf8Bytes(training with { Data = [], Cutoff = null, ShuffleLabels = false, Threads = null }, TrainingSpec.Json)).ToString());
        key.Add("cutoff", training.Cutoff is { } cutoff ? DatasetInput.Written(cutoff) : "");
        if (training.ShuffleLabels) key.Add("shuffle_labels", "true");
        key.Add("dataset", version.Reference());
        key.Add("dataset.digest", version.Digest.ToString());
        key.AddAll("environment", host.Environment);
        return key;
    }

    private static async Task<JsonObject> ResultAsync(string folder, DatasetVersion version, TrainingSpec training, StepExit exit, CancellationToken cancellationToken)
    {
        var report = JsonSerializer.Deserialize<TrainingReport>(await File.ReadAllTextAsync(Path.Combine(folder, "out", "metrics.json"), cancellationToken).ConfigureAwait(false), TrainingSpec.Json)!;
        return new JsonObject
        {
            ["dataset"] = new JsonObject { ["name"] = version.Name, ["number"] = version.Number, ["digest"] = version.Digest.ToString() },
            ["cutoff"] = training.Cutoff is { } cutoff ? DatasetInput.Written(cutoff) : null,
            ["rows"] = report.Train.Rows + report.Validation.Rows,
            ["metrics"] = FiguresJson.Of(report.Validation),
            ["trainMetrics"] = FiguresJson.Of(report.Train),
            ["seed"] = training.Seed,
            ["shuffledLabels"] = training.ShuffleLabels,
            ["means"] = FiguresJson.Of(exit.Means)
        };
    }

    private static Func<IReadOnlyDictionary<string, StepFile>, LineageEdge[]> Edges(DatasetVersion version) => outputs =>
        [new LineageEdge(Subject.DatasetVersion(version.Name, version.Number), Subject.Blob(outputs[StepContext.ModelFile].Blob), "trained-on")];
}
