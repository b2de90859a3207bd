using System.Globalization;
using Microsoft.AspNetCore.Routing;
using Takt.Kernel;

namespace Takt.Tracking.MLflow;

/// <summary><c>/mlflow/runs/...</c>: the runs themselves; what they log is in <see cref="LoggingRoutes"/>.</summary>
internal static class RunRoutes
{
    private const int LongestName = 250;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapMLflow("POST", "/mlflow/runs/create", Permission.RunsWrite, CreateAsync);
        routes.MapMLflow("GET", "/mlflow/runs/get", Permission.RunsRead, GetAsync);
        routes.MapMLflow("POST", "/mlflow/runs/update", Permission.RunsWrite, UpdateAsync);
        routes.MapMLflow("POST", "/mlflow/runs/delete", Permission.RunsWrite, DeleteAsync);
        routes.MapMLflow("POST", "/mlflow/runs/restore", Permission.RunsWrite, RestoreAsync);
        routes.MapMLflow("POST", "/mlflow/runs/search", Permission.RunsRead, SearchAsync);
    }

    /// <summary>The run that a request names, by <c>run_id</c> or the older <c>run_uuid</c>.</summary>
    public static RunId Named(MLflowRequest request)
    {
        var text = request.Text("run_id") is { Length: > 0 } id ? id : request.Text("run_uuid") is { Length: > 0 } old ? old : throw MLflowException.MissingValue("run_id");
        return Of(text);
    }

    public static RunId Of(string text) => text.Length == 32 && Id.TryParse<RunId>(text, out var run) ? run : throw NoRun(text);

    public static MLflowException NoRun(string id) => MLflowException.Missing($"Run with id={(id.Length > 80 ? id[..80] : id)} not found");

    public static MLflowException NotActive(RunId run) => MLflowException.Invalid($"The run {run} must be in the 'active' state. Current state is deleted.");

    /// <summary>The run's row in the caller's project.</summary>
    public static async Task<RunRow> FindAsync(MLflowCall call, RunId run) =>
        await call.Of<RunStore>().FindAsync(call.Caller.Project, run, call.Stop).ConfigureAwait(false) ?? throw NoRun(run.ToString());

    private static async Task CreateAsync(MLflowCall call)
    {
        var request = await call.ReadAsync().ConfigureAwait(false);
        var experiment = request.Text("experiment_id") is { Length: > 0 } text ? text : "0";
        var tags = MLflowNames.Tags(request.Messages("tags"));
        var name = request.Text("run_name") ?? "";
        if (tags.TryGetValue(RunNames.Tag, out var tagged))
        {
            if (name.Length > 0 && name != tagged)
                throw MLflowException.Invalid($"Both 'run_name' argument and 'mlflow.runName' tag are specified, but with different values (run_name='{name}', mlflow.runName='{tagged}').");
            name = tagged;
        }
        var time = call.Of<TimeProvider>();
        var id = Id.New<RunId>(time);
        if (name.Length == 0) name = RunNames.For(id);
        tags[RunNames.Tag] = MLflowNames.CheckLength(name, LongestName, "run_name");
        var user = MLflowNames.CheckLength(request.Text("user_id") ?? "", LongestName, "user_id");
        var started = request.Whole("start_time") is { } given and not 0 ? given : time.GetUtcNow().ToUnixTimeMilliseconds();
        var run = new RunRow(id, call.Caller.Project, ExperimentRoutes.Number(experiment), name, user, RunStatus.Running, started, null, false);
        if (!await call.Of<RunStore>().StartAsync(call.Caller, run, KeyValues.Of(tags), call.Stop).ConfigureAwait(false)) throw await WhyNotAsync(call, run.Experiment).ConfigureAwait(false);
        await AnswerAsync(call, run, new RunData([], [], [.. tags]), null).ConfigureAwait(false);
    }

    private static async Task<MLflowException> WhyNotAsync(MLflowCall call, long experiment)
    {
        var id = experiment.ToString(CultureInfo.InvariantCulture);
        return await call.Of<ExperimentStore>().FindAsync(call.Caller.Project, experiment, call.Stop).ConfigureAwait(false) is null
            ? ExperimentRoutes.NoExperiment(id)
            : MLflowException.Invalid($"The experiment {id} must be in the 'active' state.\nCurrent state is deleted.");
    }

    private static async Task GetAsync(MLflowCall call)
    {
        var run = await FindAsync(call, Named(await call.ReadAsync().ConfigureAwait(false))).ConfigureAwait(false);
        var data = await call.Of<RunDataStore>().ReadAsync([run.Id], call.Stop).ConfigureAwait(false);
        var links = await call.Of<RunLinkStore>().ReadAsync([run.Id], call.Stop).ConfigureAwait(false);
        await AnswerAsync(call, run, data[run.Id], links.GetValueOrDefault(run.Id)).ConfigureAwait(false);
    }

    private static async Task UpdateAsync(MLflowCall call)
    {
        var request = await call.ReadAsync().ConfigureAwait(false);
        var id = Named(request);
        var status = request.Word("status", 1, "RUNNING", "SCHEDULED", "FINISHED", "FAILED", "KILLED") is { } word ? Enum.Parse<RunStatus>(word, ignoreCase: true) : (RunStatus?)null;
        var name = request.Text("run_name") is { Length: > 0 } given ? MLflowNames.CheckLength(given, LongestName, "run_name") : null;
        var updated = await call.Of<RunStore>().UpdateAsync(call.Caller, id, status, request.Whole("end_time"), name, call.Stop).ConfigureAwait(false) ?? throw NoRun(id.ToString());
        if (updated.Deleted) throw NotActive(id);
        if (RunStore.IsEnd(updated.Status)) call.Of<MetricFolding>().Ended(call.Caller.Project, id);
        var location = await call.Of<ExperimentStore>().LocationAsync(updated.Experiment, call.Stop).ConfigureAwait(false);
        await call.Context.AnswerAsync(json => json.WriteInfo("run_info", updated, location)).ConfigureAwait(false);
    }

    private static async Task DeleteAsync(MLflowCall call)
    {
        var id = Named(await call.ReadAsync().ConfigureAwait(false));
        var before = await call.Of<RunStore>().SetDeletedAsync(call.Caller, id, true, call.Of<TimeProvider>().GetUtcNow().ToUnixTimeMilliseconds(), call.Stop).ConfigureAwait(false) ?? throw NoRun(id.ToString());
        if (before.Deleted) throw NotActive(id);
        await call.Context.AnswerNothingAsync().ConfigureAwait(false);
    }

    private static async Task RestoreAsync(MLflowCall call)
    {
        var id = Named(await call.ReadAsync().ConfigureAwait(false));
        var before = await call.Of<RunStore>().SetDeletedAsync(call.Caller, id, false, 0, call.Stop).ConfigureAwait(false) ?? throw NoRun(id.ToString());
        if (!before.Deleted) throw MLflowException.Invalid($"The run {id} must be in the 'deleted' state. Current state is active.");
        await call.Context.AnswerNothingAsync().ConfigureAwait(false);
    }

    private static async Task SearchAsync(MLflowCall call)
    {
        var request = await call.ReadAsync().ConfigureAwait(false);
        var limit = MLflowPage.Size(request, 1000, 50_000);
        var offset = MLflowPage.Offset(request.Text("page_token"));
        var view = request.Word("run_view_type", 1, "ACTIVE_ONLY", "DELETED_ONLY", "ALL") ?? "ACTIVE_ONLY";
        var experiments = request.Texts("experiment_ids").Select(text => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1).Where(n => n >= 0).ToList();
        var query = new RunQuery(call.Caller.Project, experiments, view, MLflowFilter.Parse(request.Text("filter")), [.. request.Texts("order_by").Select(MLflowFilter.ParseOrder)], limit, offset);
        if (query.Order.Count > 10) throw MLflowException.Invalid("At most 10 order_by clauses are taken.");
        var found = await call.Of<RunSearch>().SearchAsync(query, call.Stop).ConfigureAwait(false);
        var page = found.Count > limit ? found[..limit] : found;
        var ids = page.Select(r => r.Id).ToList();
        var reading = call.Of<RunDataStore>().ReadAsync(ids, call.Stop);
        var links = await call.Of<RunLinkStore>().ReadAsync(ids, call.Stop).ConfigureAwait(false);
        var data = await reading.ConfigureAwait(false);
        var locations = new Dictionary<long, string>();
        foreach (var experiment in page.Select(r => r.Experiment).Distinct()) locations[experiment] = await call.Of<ExperimentStore>().LocationAsync(experiment, call.Stop).ConfigureAwait(false);
        await call.Context.AnswerAsync(json =>
        {
            if (page.Count > 0)
            {
                json.WriteStartArray("runs"u8);
                foreach (var run in page)
                {
                    json.WriteStartObject();
                    json.WriteRun(run, locations[run.Experiment], data[run.Id], links.GetValueOrDefault(run.Id));
                    json.WriteEndObject();
                }
                json.WriteEndArray();
            }
            if (found.Count > limit) json.WriteString("next_page_token"u8, MLflowPage.Token(offset + limit));
        }).ConfigureAwait(false);
    }

    private static async Task AnswerAsync(MLflowCall call, RunRow run, RunData data, RunLinks? links)
    {
        var location = await call.Of<ExperimentStore>().LocationAsync(run.Experiment, call.Stop).ConfigureAwait(false);
        await call.Context.AnswerAsync(json =>
        {
            json.WriteStartObject("run"u8);
            json.WriteRun(run, location, data, links);
            json.WriteEndObject();
        }).ConfigureAwait(false);
    }
}
