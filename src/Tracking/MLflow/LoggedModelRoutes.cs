using System.Globalization;
using Microsoft.AspNetCore.Routing;
using Takt.Kernel;

namespace Takt.Tracking.MLflow;

/// <summary><c>/mlflow/logged-models</c>: what clients of MLflow 3 log a model as.</summary>
internal static class LoggedModelRoutes
{
    private const int MostPairs = 1000;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapMLflow("POST", "/mlflow/logged-models", Permission.RunsWrite, CreateAsync);
        routes.MapMLflow("POST", "/mlflow/logged-models/search", Permission.RunsRead, SearchAsync);
        routes.MapMLflow("GET", "/mlflow/logged-models/{model}", Permission.RunsRead, call => AnswerAsync(call, call.Route("model")));
        routes.MapMLflow("PATCH", "/mlflow/logged-models/{model}", Permission.RunsWrite, FinalizeAsync);
        routes.MapMLflow("DELETE", "/mlflow/logged-models/{model}", Permission.RunsWrite, DeleteAsync);
        routes.MapMLflow("POST", "/mlflow/logged-models/{model}/params", Permission.RunsWrite, LogParamsAsync);
        routes.MapMLflow("PATCH", "/mlflow/logged-models/{model}/tags", Permission.RunsWrite, SetTagsAsync);
        routes.MapMLflow("DELETE", "/mlflow/logged-models/{model}/tags/{**key}", Permission.RunsWrite, DeleteTagAsync);
        routes.MapMLflow("GET", "/mlflow/logged-models/{model}/artifacts/directories", Permission.RunsRead, ListAsync);
        routes.MapMLflow("GET", "/mlflow/logged-models/{model}/artifacts/files", Permission.ArtifactsRead, SendAsync);
    }

    private static async Task CreateAsync(MLflowCall call)
    {
        var request = await call.ReadAsync().ConfigureAwait(false);
        var experiment = request.Required("experiment_id");
        var time = call.Of<TimeProvider>();
        var run = Id.New<RunId>(time);
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var name = request.Text("name") is { Length: > 0 } given ? Name(given) : RunNames.For(run);
        var model = new LoggedModel($"m-{run}", ExperimentRoutes.Number(experiment), name, MLflowNames.CheckLength(request.Text("model_type") ?? "", 500, "model_type"),
            MLflowNames.CheckLength(request.Text("source_run_id") ?? "", 32, "source_run_id"), "LOGGED_MODEL_PENDING", now, now, Params(request), Tags(request), []);
        if (!await call.Of<LoggedModelStore>().CreateAsync(call.Caller, model, call.Stop).ConfigureAwait(false)) throw ExperimentRoutes.NoExperiment(experiment);
        await AnswerAsync(call, model.Id).ConfigureAwait(false);
    }

    private static readonly System.Buffers.SearchValues<char> notInNames = System.Buffers.SearchValues.Create("/:.%\"'");

    private static string Name(string name) => name.Length > 500 ? throw MLflowException.TooLong("name", 500)
        : name.AsSpan().ContainsAny(notInNames) ? throw MLflowException.Invalid($"Invalid model name ('{name}') provided. Model name must be a non-empty string and cannot contain the following characters: ('/', ':', '.', '%', '\"', \"'\")")
        : name;

    private static async Task FinalizeAsync(MLflowCall call)
    {
        var request = await call.ReadAsync().ConfigureAwait(false);
        var status = request.Word("status", 0, "LOGGED_MODEL_STATUS_UNSPECIFIED", "LOGGED_MODEL_PENDING", "LOGGED_MODEL_READY", "LOGGED_MODEL_UPLOAD_FAILED") ?? throw MLflowException.MissingValue("status");
        await EditAsync(call, LoggedModelEdit.None with { Status = status }).ConfigureAwait(false);
        await AnswerAsync(call, call.Route("model")).ConfigureAwait(false);
    }

    private static async Task DeleteAsync(MLflowCall call)
    {
        await EditAsync(call, LoggedModelEdit.None with { Delete = true }).ConfigureAwait(false);
        await call.Context.AnswerNothingAsync().ConfigureAwait(false);
    }

    private static async Task LogParamsAsync(MLflowCall call)
    {
        await EditAsync(call, LoggedModelEdit.None with { Params = Params(await call.ReadAsync().ConfigureAwait(false)) }).ConfigureAwait(false);
        await call.Context.AnswerNothingAsync().ConfigureAwait(false);
    }

    private static async Task SetTagsAsync(MLflowCall call)
    {
        await EditAsync(call, LoggedModelEdit.None with { Tags = Tags(await call.ReadAsync().ConfigureAwait(false)) }).ConfigureAwait(false);
        await AnswerAsync(call, call.Route("model")).ConfigureAwait(false);
    }

    private static async Task DeleteTagAsync(MLflowCall call)
    {
        var id = call.Route("model");
        await FindAsync(call, id).ConfigureAwait(false);
        if (!await call.Of<LoggedModelStore>().DeleteTagAsync(call.Caller.Project, id, call.Route("key"), call.Stop).ConfigureAwait(false))
            throw MLflowException.Missing($"No tag with key '{call.Route("key")}' found for model with ID '{id}'.");
        await call.Context.AnswerNothingAsync().ConfigureAwait(false);
    }

    private static async Task SearchAsync(MLflowCall call)
    {
        var request = await call.ReadAsync().ConfigureAwait(false);
        var limit = MLflowPage.Size(request, 100, 1000);
        var offset = MLflowPage.Offset(request.Text("page_token"));
        var experiments = request.Texts("experiment_ids").Select(ExperimentRoutes.Number).ToList();
        var order = request.Messages("order_by").Select(o => MLflowFilter.ParseOrder(o.Required("field_name")) with { Descending = !(o.Flag("ascending") ?? true) }).ToList();
        var found = await call.Of<LoggedModelSearch>().SearchAsync(call.Caller.Project, experiments, MLflowFilter.Parse(request.Text("filter")), order, limit, offset, call.Stop).ConfigureAwait(false);
        var locations = new Dictionary<long, string>();
        foreach (var experiment in found.Select(m => m.Experiment).Distinct()) locations[experiment] = await call.Of<ExperimentStore>().LocationAsync(experiment, call.Stop).ConfigureAwait(false);
        await call.Context.AnswerAsync(json =>
        {
            if (found.Count > 0)
            {
                json.WriteStartArray("models"u8);
                foreach (var model in found.Take(limit))
                {
                    json.WriteStartObject();
                    model.Write(json, locations[model.Experiment]);
                    json.WriteEndObject();
                }
                json.WriteEndArray();
            }
            if (found.Count > limit) json.WriteString("next_page_token"u8, MLflowPage.Token(offset + limit));
        }).ConfigureAwait(false);
    }

    private static async Task ListAsync(MLflowCall call)
    {
        var model = await FindAsync(call, call.Route("model")).ConfigureAwait(false);
        var folder = ArtifactRoutes.Folder(call.Context.Request.Query["artifact_directory_path"]);
        await ArtifactRoutes.AnswerFolderAsync(call, Root(model), folder, $"{await call.Of<ExperimentStore>().LocationAsync(model.Experiment, call.Stop).ConfigureAwait(false)}/models/{model.Id}/artifacts").ConfigureAwait(false);
    }

    private static async Task SendAsync(MLflowCall call)
    {
        var model = await FindAsync(call, call.Route("model")).ConfigureAwait(false);
        var path = ArtifactRoutes.Folder(call.Context.Request.Query["artifact_file_path"]);
        await ArtifactRoutes.SendAsync(call, new ProxyPath(null, 0, path.Length == 0 ? "" : $"{Root(model)}/{path}")).ConfigureAwait(false);
    }

    /// <summary>Where its files lie in the proxy.</summary>
    private static string Root(LoggedModel model) => $"{model.Experiment.ToString(CultureInfo.InvariantCulture)}/models/{model.Id}/artifacts";

    private static List<KeyValuePair<string, string>> Params(MLflowRequest request)
    {
        var messages = request.Messages("params");
        if (messages.Count > MostPairs) throw MLflowException.Invalid($"At most {MostPairs} params are taken in one call.");
        return [.. messages.Select(p =>
        {
            var key = p.Required("key");
            MLflowNames.Check(key, p.Path("key"));
            return new KeyValuePair<string, string>(MLflowNames.CheckLength(key, MLflowNames.LongestKey, p.Path("key")), MLflowNames.CheckLength(p.Text("value") ?? "", MLflowNames.LongestParam, p.Path("value")));
        }).DistinctBy(p => p.Key)];
    }

    private static List<KeyValuePair<string, string>> Tags(MLflowRequest request)
    {
        var messages = request.Messages("tags");
        return messages.Count > MostPairs ? throw MLflowException.Invalid($"At most {MostPairs} tags are taken in one call.") : [.. MLflowNames.Tags(messages)];
    }

    private static async Task EditAsync(MLflowCall call, LoggedModelEdit edit)
    {
        if (!await call.Of<LoggedModelStore>().EditAsync(call.Caller, call.Route("model"), edit, call.Stop).ConfigureAwait(false)) throw NoModel(call.Route("model"));
    }

    private static async Task<LoggedModel> FindAsync(MLflowCall call, string id) => await call.Of<LoggedModelStore>().FindAsync(call.Caller.Project, id, call.Stop).ConfigureAwait(false) ?? throw NoModel(id);

    private static MLflowException NoModel(string id) => MLflowException.Missing($"Logged model with ID '{(id.Length > 80 ? id[..80] : id)}' not found.");

    private static async Task AnswerAsync(MLflowCall call, string id)
    {
        var model = await FindAsync(call, id).ConfigureAwait(false);
        var location = await call.Of<ExperimentStore>().LocationAsync(model.Experiment, call.Stop).ConfigureAwait(false);
        await call.Context.AnswerAsync(json =>
        {
            json.WriteStartObject("model"u8);
            model.Write(json, location);
            json.WriteEndObject();
        }).ConfigureAwait(false);
    }
}
