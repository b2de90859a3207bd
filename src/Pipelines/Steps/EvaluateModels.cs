using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Takt.Artifacts;
using Takt.Datasets;
using Takt.Kernel;
using Takt.Pipelines.Cache;
using Takt.Pipelines.Execution;
using Takt.Pipelines.Recipes;
using Takt.Pipelines.Runs;
using Takt.Pipelines.Specs;
using Takt.Registry;
using Takt.Trainers;

namespace Takt.Pipelines.Steps;

/// <summary>The step <c>evaluate</c>: challenger and champion on rows whose time lies at or after both cutoffs. Waits until there are enough.</summary>
internal sealed class EvaluateModels(IDatasets datasets, IArtifactStore artifacts, Champion champions, StepCache cache, TaktChild child, TrackedResults tracked, HostFacts host) : IStep
{
    private const string Challenger = "challenger";

    public Type Runs => typeof(EvaluateStepSpec);

    public async Task<StepOutcome> RunAsync(StepContext context, CancellationToken cancellationToken)
    {
        var spec = (EvaluateStepSpec)context.Spec;
        var how = spec.Data ?? context.Run.Spec.Steps.OfType<TrainStepSpec>().First();
        var champion = await champions.FindAsync(context.Project, context.Run.Spec.Model, cancellationToken).ConfigureAwait(false);
        if (champion is null)
        {
            const string Note = "There is no champion yet: the figures are the training's own, on the rows it held out.";
            context.Log.Write(Note);
            return StepOutcome.Done(new JsonObject { ["note"] = Note });
        }
        var (from, unknown) = From(context, champion);
        if (unknown is not null) return StepOutcome.Failed(unknown);
        var version = await datasets.FindAsync(context.Project, how.Dataset, null, cancellationToken).ConfigureAwait(false);
        if (version.EventTo is { } last && last < from) return Wait(spec, how.Dataset, from, version, 0);

        var key = Key(context, spec, how, champion, from, version);
        await context.SetKey(key).ConfigureAwait(false);
        if (context.Run.UseCache && await cache.FindAsync(context.Project, key.Digest, cancellationToken).ConfigureAwait(false) is { } hit)
        {
            await tracked.PublishAsync(context, hit.Outputs, hit.Result, cancellationToken).ConfigureAwait(false);
            return new StepOutcome(StepState.Cached, $"As in run {hit.Run}.", hit.Outputs, hit.Result, hit.Run, []);
        }
        var exit = await RunAsync(context, how, champion, from, version, spec.Limits, cancellationToken).ConfigureAwait(false);
        if (TaktChild.Failure(exit, context.Log) is { } failure)
            return context.Log.Last.Contains("no truth has come yet", StringComparison.Ordinal) ? Wait(spec, how.Dataset, from, version, 0) : StepOutcome.Failed(failure);

        var report = JsonSerializer.Deserialize<EvaluationReport>(await File.ReadAllTextAsync(Path.Combine(context.Folder, "out", "metrics.json"), cancellationToken).ConfigureAwait(false), TrainingSpec.Json)!;
        if (report.Rows < spec.MinRows) return Wait(spec, how.Dataset, from, version, report.Rows);
        var outputs = await artifacts.KeepAsync(context.Project, context.Folder, ["metrics.json"], cancellationToken).ConfigureAwait(false);
        var result = Result(report, champion, from, version, exit);
        context.Log.Write(Sentence(result, champion));
        await tracked.PublishAsync(context, outputs, result, cancellationToken).ConfigureAwait(false);
        return StepOutcome.Done(result, outputs);
    }

    private static (DateTimeOffset From, string? Unknown) From(StepContext context, ModelVersion champion)
    {
        if (context.ModelStep.Step.Result["cutoff"]?.GetValue<string>() is not { } text || !RunParams.TryTime(text, out var own))
            return (default, "It is not known which rows the new model was trained on: give the run a 'cutoff', or the dataset a time column.");
        var theirs = Champion.CutoffOf(champion);
        return (theirs is { } other && other > own ? other : own, null);
    }

    private static StepOutcome Wait(EvaluateStepSpec spec, string dataset, DateTimeOffset from, DatasetVersion version, long rows) => StepOutcome.Waits(string.Create(CultureInfo.InvariantCulture,
        $"Waits for {spec.MinRows:N0} rows of {dataset} from {from:yyyy-MM-dd HH:mm} on, which neither model saw; {version.Reference()} has {(rows == 0 ? "none" : $"{rows:N0}")}."));

    private CacheKey Key(StepContext context, EvaluateStepSpec spec, TrainStepSpec how, ModelVersion champion, DateTimeOffset from, DatasetVersion version)
    {
        var key = new CacheKey();
        key.Add("challenger", context.Model.ToString());
        key.Add("champion", champion.Digest.ToString());
        key.Add("from", DatasetInput.Written(from));
        key.Add("rows", ChunkedDigest.Of(JsonSerializer.SerializeToUtf8Bytes(new { spec.MinRows, how.Training.Label, how.Training.Where, how.Training.Features }, TrainingSpec.Json)).ToString());
        key.Add("dataset", version.Reference());
        key.Add("dataset.digest", version.Digest.ToString());
        key.AddAll("environment", host.Environment);
        return key;
    }

    private async Task<StepExit> RunAsync(StepContext context, TrainStepSpec how, ModelVersion champion, DateTimeOffset from, DatasetVersion version, StepLimits limits, CancellationToken cancellationToken)
    {
        var mounts = new List<Mount>();
        var parts = await datasets.LocalPartsAsync(context.Project, version, cancellationToken).ConfigureAwait(false);
        var time = how.Training.Time.Length > 0 ? how.Training.Time : (await datasets.FindAsync(context.Project, how.Dataset, cancellationToken).ConfigureAwait(false))?.TimeColumn;
        var evaluation = new EvaluationSpec
        {
            Data = [.. parts.Select((part, i) => InputFiles.Give(part, context.Folder, $"in/{i:D4}.parquet", mounts))],
            Time = time ?? throw new StepRefusedException($"Dataset '{how.Dataset}' has no time column. Give the dataset 'time', or the step."),
            From = from, Where = how.Training.Where, Label = how.Training.Label, Features = how.Training.Features, Champion = champion.ToString(),
            Models =
            [
                new ModelFile(Challenger, InputFiles.Give(await artifacts.LocalPathAsync(context.Project, context.Model, cancellationToken).ConfigureAwait(false), context.Folder, "in/challenger.onnx", mounts)),
                new ModelFile(champion.ToString(), InputFiles.Give(await artifacts.LocalPathAsync(context.Project, champion.Digest, cancellationToken).ConfigureAwait(false), context.Folder, "in/champion.onnx", mounts))
            ]
        };
        context.Log.Write($"Compares with {champion} on rows of {version.Reference()} from {DatasetInput.Written(from)} on.");
        return await child.RunAsync(context, "evaluate", JsonSerializer.Serialize(evaluation, TrainingSpec.Json), mounts, limits, cancellationToken).ConfigureAwait(false);
    }

    private static JsonObject Result(EvaluationReport report, ModelVersion champion, DateTimeOffset from, DatasetVersion version, StepExit exit) => new()
    {
        ["champion"] = champion.ToString(),
        ["from"] = DatasetInput.Written(from),
        ["to"] = DatasetInput.Written(report.LastRow),
        ["rows"] = report.Rows,
        ["dataset"] = new JsonObject { ["name"] = version.Name, ["number"] = version.Number, ["digest"] = version.Digest.ToString() },
        ["metrics"] = FiguresJson.Of(report.Models[Challenger]),
        ["championMetrics"] = FiguresJson.Of(report.Models[champion.ToString()]),
        ["paired"] = new JsonObject(report.Paired.Select(p => KeyValuePair.Create(p.Metric, JsonSerializer.SerializeToNode(p, TrainingSpec.Json)))),
        ["means"] = FiguresJson.Of(exit.Means)
    };

    private static string Sentence(JsonObject result, ModelVersion champion)
    {
        var paired = result["paired"]?["log_loss"];
        return string.Create(CultureInfo.InvariantCulture, $"""
            On {(long)result["rows"]!:N0} rows that neither saw: log loss {(double)result["metrics"]!["log_loss"]!:F4} against {(double)result["championMetrics"]!["log_loss"]!:F4} of {champion}, AUC {(double)result["metrics"]!["auc"]!:F4} against {(double)result["championMetrics"]!["auc"]!:F4}{(paired is null ? "" : string.Create(CultureInfo.InvariantCulture, $", mean difference {(double)paired["mean_difference"]!:F5} (standard error {(double)paired["standard_error"]!:F5})"))}.
            """);
    }
}
