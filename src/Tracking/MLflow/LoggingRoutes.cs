using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Routing;
using Takt.Kernel;

namespace Takt.Tracking.MLflow;

/// <summary>What runs log: <c>/mlflow/runs/log-…</c>, tags, inputs and outputs.</summary>
internal static class LoggingRoutes
{
    private const string HistoryTag = "mlflow.log-model.history";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapMLflow("POST", "/mlflow/runs/log-metric", Permission.RunsWrite, LogMetricAsync);
        routes.MapMLflow("POST", "/mlflow/runs/log-parameter", Permission.RunsWrite, LogParamAsync);
        routes.MapMLflow("POST", "/mlflow/runs/log-batch", Permission.RunsWrite, LogBatchAsync);
        routes.MapMLflow("POST", "/mlflow/runs/set-tag", Permission.RunsWrite, SetTagAsync);
        routes.MapMLflow("POST", "/mlflow/runs/delete-tag", Permission.RunsWrite, DeleteTagAsync);
        routes.MapMLflow("POST", "/mlflow/runs/log-model", Permission.RunsWrite, LogModelAsync);
        routes.MapMLflow("POST", "/mlflow/runs/log-inputs", Permission.RunsWrite, LogInputsAsync);
        routes.MapMLflow("POST", "/mlflow/runs/outputs", Permission.RunsWrite, LogOutputsAsync);
    }

    private static async Task LogMetricAsync(MLflowCall call)
    {
        var request = await call.ReadAsync().ConfigureAwait(false);
        var run = RunRoutes.Named(request);
        var key = request.Required("key");
        var value = request.Number("value") ?? throw MLflowException.MissingValue("value");
        var time = request.RequiredWhole("timestamp");
        var step = request.Whole("step") ?? 0;
        MLflowNames.Check(key, "name");
        if (key.Length > MLflowNames.LongestKey) throw MLflowException.TooLong("Metric name", MLflowNames.LongestKey);
        if (time < 0) throw MLflowException.InvalidValue("timestamp", $"{time}", $"metric '{key}' (value={value}). Timestamp must be a nonnegative long (64-bit integer) ");
        using var batch = new MetricBatch();
        batch.Add(key, time, step, value);
        var ofModel = new List<(string, LoggedMetric)>();
        if (request.Text("model_id") is { Length: > 0 } model) ofModel.Add((model, new LoggedMetric(key, value, time, step, run, request.Text("dataset_name") ?? "", request.Text("dataset_digest") ?? "")));
        await LogAsync(call, run, KeyValues.None, KeyValues.None, batch, ofModel).ConfigureAwait(false);
    }

    private static async Task LogParamAsync(MLflowCall call)
    {
        var request = await call.ReadAsync().ConfigureAwait(false);
        var run = RunRoutes.Named(request);
        var key = request.Required("key");
        MLflowNames.Check(key, "key");
        MLflowNames.CheckLength(key, MLflowNames.LongestKey, "Param key");
        var value = MLflowNames.CheckLength(request.Text("value") ?? "", MLflowNames.LongestParam, "Param value");
        await LogAsync(call, run, new KeyValues([key], [value]), KeyValues.None, null).ConfigureAwait(false);
    }

    private static async Task SetTagAsync(MLflowCall call)
    {
        var request = await call.ReadAsync().ConfigureAwait(false);
        var run = RunRoutes.Named(request);
        var (key, value) = MLflowNames.Tag(request);
        await LogAsync(call, run, KeyValues.None, new KeyValues([key], [value]), null).ConfigureAwait(false);
    }

    private static async Task LogBatchAsync(MLflowCall call)
    {
        using var batch = new LogBatch();
        var (bytes, length) = await MLflowRequest.ReadBodyAsync(call.Context, call.Stop).ConfigureAwait(false);
        try
        {
            LogBatchReader.Read(bytes.AsSpan(0, length), batch);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
        if (string.IsNullOrEmpty(batch.Run)) throw MLflowException.MissingValue("run_id");
        batch.Check();
        var parameters = batch.Params.Count == 0 ? KeyValues.None : new KeyValues([.. batch.Params.Select(p => p.Key)], [.. batch.Params.Select(p => p.Value)]);
        await LogAsync(call, RunRoutes.Of(batch.Run), parameters, KeyValues.Of(batch.Tags), batch.Metrics, batch.OfModels).ConfigureAwait(false);
    }

    /// <param name="ofModels">Metrics that are a logged model's too.</param>
    private static async Task LogAsync(MLflowCall call, RunId run, KeyValues parameters, KeyValues tags, MetricBatch? metrics, IReadOnlyList<(string Model, LoggedMetric Metric)>? ofModels = null)
    {
        var outcome = await call.Of<RunLog>().LogAsync(call.Caller.Project, run, parameters, tags, metrics, call.Stop).ConfigureAwait(false);
        if (outcome is LogOutcome.Logged && ofModels is { Count: > 0 })
            await call.Of<LoggedModelStore>().AddMetricsAsync(call.Caller.Project, [.. ofModels.Select(m => (m.Model, m.Metric with { Run = run }))], call.Stop).ConfigureAwait(false);
        await (outcome switch
        {
            LogOutcome.Logged => call.Context.AnswerNothingAsync(),
            LogOutcome.NoRun => throw RunRoutes.NoRun(run.ToString()),
            LogOutcome.RunDeleted => throw RunRoutes.NotActive(run),
            LogOutcome.ParamChanged changed => throw Changed(run, changed.Changes, single: parameters.Keys.Length == 1 && tags.IsEmpty && metrics is null),
            _ => throw new InvalidOperationException($"{outcome} is not told.")
        }).ConfigureAwait(false);
    }

    private static MLflowException Changed(RunId run, IReadOnlyList<ParamChange> changes, bool single) => MLflowException.Invalid(single
        ? $"Changing param values is not allowed. Param with key='{changes[0].Key}' was already logged with value='{changes[0].Old}' for run ID='{run}'. Attempted logging new value '{changes[0].New}'."
        : $"Changing param values is not allowed. Params were already logged='[{string.Join(", ", changes.Select(c => $"{{'key': '{c.Key}', 'old_value': '{c.Old}', 'new_value': '{c.New}'}}"))}]' for run ID='{run}'.");

    private static async Task DeleteTagAsync(MLflowCall call)
    {
        var request = await call.ReadAsync().ConfigureAwait(false);
        var run = await ActiveAsync(call, RunRoutes.Named(request)).ConfigureAwait(false);
        var key = request.Required("key");
        if (!await call.Of<RunStore>().DeleteTagAsync(run.Id, key, call.Stop).ConfigureAwait(false)) throw MLflowException.Missing($"No tag with name: {key} in run with id {run.Id}");
        await call.Context.AnswerNothingAsync().ConfigureAwait(false);
    }

    /// <summary>Old clients: the model's description is added to a list in a tag.</summary>
    private static async Task LogModelAsync(MLflowCall call)
    {
        var request = await call.ReadAsync().ConfigureAwait(false);
        var run = await ActiveAsync(call, RunRoutes.Named(request)).ConfigureAwait(false);
        var text = request.Required("model_json");
        JsonObject model;
        try
        {
            model = JsonNode.Parse(text) as JsonObject ?? throw new JsonException();
        }
        catch (JsonException)
        {
            throw MLflowException.Invalid($"Malformed model info. \n {text} \n is not a valid JSON.");
        }
        var missing = ((string[])["artifact_path", "flavors", "utc_time_created", "run_id"]).Where(field => !model.ContainsKey(field)).Select(field => $"'{field}'").ToList();
        if (missing.Count > 0) throw MLflowException.Invalid($"Model json is missing mandatory fields: {{{string.Join(", ", missing)}}}");
        var data = await call.Of<RunDataStore>().ReadAsync([run.Id], call.Stop).ConfigureAwait(false);
        var history = data[run.Id].Tags.Where(t => t.Key == HistoryTag).Select(t => JsonNode.Parse(t.Value) as JsonArray).FirstOrDefault() ?? [];
        history.Add(model);
        var value = history.ToJsonString(new JsonSerializerOptions { Encoder = MLflowAnswers.Encoder });
        await LogAsync(call, run.Id, KeyValues.None, new KeyValues([HistoryTag], [value]), null).ConfigureAwait(false);
    }

    private static async Task LogInputsAsync(MLflowCall call)
    {
        var request = await call.ReadAsync().ConfigureAwait(false);
        var run = await ActiveAsync(call, RunRoutes.Named(request)).ConfigureAwait(false);
        var inputs = request.Messages("datasets");
        var models = request.Messages("models");
        if (inputs.Count + models.Count > 1000) throw MLflowException.Invalid("At most 1000 datasets and models are taken in one call.");
        await call.Of<RunLinkStore>().AddAsync(run, [.. inputs.Select(Input)], [.. models.Select(m => new RunModel(m.Required("model_id"), false, 0))], call.Stop).ConfigureAwait(false);
        await call.Context.AnswerNothingAsync().ConfigureAwait(false);
    }

    private static async Task LogOutputsAsync(MLflowCall call)
    {
        var request = await call.ReadAsync().ConfigureAwait(false);
        var run = await ActiveAsync(call, RunRoutes.Named(request)).ConfigureAwait(false);
        if (!request.Has("models")) throw MLflowException.MissingValue("models");
        await call.Of<RunLinkStore>().AddAsync(run, [], [.. request.Messages("models").Select(m => new RunModel(m.Required("model_id"), true, m.Whole("step") ?? 0))], call.Stop).ConfigureAwait(false);
        await call.Context.AnswerNothingAsync().ConfigureAwait(false);
    }

    private static RunInput Input(MLflowRequest input)
    {
        var dataset = input.Message("dataset") ?? throw MLflowException.Invalid("Dataset cannot be None");
        string Part(string name, int longest) => MLflowNames.CheckLength(dataset.Text(name) ?? throw MLflowException.Invalid($"Dataset {name} cannot be None"), longest, name);
        return new RunInput(Part("name", 500), Part("digest", 36), Part("source_type", 36), Part("source", 65_535),
            dataset.Text("schema") is { } schema ? MLflowNames.CheckLength(schema, 1_048_575, "schema") : null,
            dataset.Text("profile") is { } profile ? MLflowNames.CheckLength(profile, 16_777_215, "profile") : null,
            [.. input.Messages("tags").Select(t => new KeyValuePair<string, string>(MLflowNames.CheckLength(t.Required("key"), 255, "key"), MLflowNames.CheckLength(t.Text("value") ?? "", 500, "value"))).DistinctBy(t => t.Key)]);
    }

    private static async Task<RunRow> ActiveAsync(MLflowCall call, RunId id)
    {
        var run = await RunRoutes.FindAsync(call, id).ConfigureAwait(false);
        return run.Deleted ? throw RunRoutes.NotActive(id) : run;
    }
}
