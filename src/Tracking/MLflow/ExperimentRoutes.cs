using System.Globalization;
using Microsoft.AspNetCore.Routing;
using Takt.Kernel;

namespace Takt.Tracking.MLflow;

/// <summary><c>/mlflow/experiments/...</c></summary>
internal static class ExperimentRoutes
{
    private const int LongestName = 500;
    private const int LongestLocation = 2048;
    private const int LongestTag = 5000;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapMLflow("POST", "/mlflow/experiments/create", Permission.RunsWrite, CreateAsync);
        routes.MapMLflow("GET", "/mlflow/experiments/get", Permission.RunsRead, GetAsync);
        routes.MapMLflow("GET", "/mlflow/experiments/get-by-name", Permission.RunsRead, GetByNameAsync);
        routes.MapMLflow("POST", "/mlflow/experiments/delete", Permission.RunsWrite, DeleteAsync);
        routes.MapMLflow("POST", "/mlflow/experiments/restore", Permission.RunsWrite, RestoreAsync);
        routes.MapMLflow("POST", "/mlflow/experiments/update", Permission.RunsWrite, UpdateAsync);
        routes.MapMLflow("POST", "/mlflow/experiments/set-experiment-tag", Permission.RunsWrite, SetTagAsync);
        routes.MapMLflow("POST", "/mlflow/experiments/delete-experiment-tag", Permission.RunsWrite, DeleteTagAsync);
        routes.MapMLflow("GET", "/mlflow/experiments/search", Permission.RunsRead, SearchAsync);
        routes.MapMLflow("POST", "/mlflow/experiments/search", Permission.RunsRead, SearchAsync);
    }

    /// <summary>The number of an experiment; what is none exists nowhere.</summary>
    public static long Number(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw NoExperiment(text);

    public static MLflowException NoExperiment(string id) => MLflowException.Missing($"No Experiment with id={(id.Length > 80 ? id[..80] : id)} exists");

    private static async Task CreateAsync(MLflowCall call)
    {
        var request = await call.ReadAsync().ConfigureAwait(false);
        var name = MLflowNames.CheckLength(request.Required("name"), LongestName, "name");
        var location = request.Text("artifact_location") is { Length: > 0 } text ? CheckLocation(text) : null;
        var tags = MLflowNames.Tags(request.Messages("tags"), LongestTag);
        var made = await call.Of<ExperimentStore>().CreateAsync(call.Caller, null, name, location, KeyValues.Of(tags), call.Stop).ConfigureAwait(false);
        if (made is not { } id) throw await TakenAsync(call, name).ConfigureAwait(false);
        await call.Context.AnswerAsync(json => json.WriteString("experiment_id"u8, id.ToString(CultureInfo.InvariantCulture))).ConfigureAwait(false);
    }

    /// <summary>Takt never opens it; still, nobody may believe that it leads somewhere else than it says.</summary>
    private static string CheckLocation(string location)
    {
        MLflowNames.CheckLength(location, LongestLocation, "artifact_location");
        if (location.StartsWith("runs:", StringComparison.Ordinal)) throw MLflowException.Invalid($"Artifact location cannot be a runs:/ URI. Given: '{location}'");
        if (location.AsSpan().ContainsAny("#?;\\") || location.Any(char.IsControl) || location.Contains("..", StringComparison.Ordinal) || Uri.UnescapeDataString(location) != location)
            throw MLflowException.Invalid("'artifact_location' URL can't include fragments or params.");
        return location.TrimEnd('/');
    }

    private static async Task<MLflowException> TakenAsync(MLflowCall call, string name)
    {
        var standing = await call.Of<ExperimentStore>().FindAsync(call.Caller.Project, name, call.Stop).ConfigureAwait(false);
        return MLflowException.Exists(standing is { Deleted: true }
            ? $"Experiment '{name}' already exists in deleted state. You can restore the experiment, or permanently delete the experiment to create a new one."
            : $"Experiment(name={name}) already exists.");
    }

    private static async Task GetAsync(MLflowCall call)
    {
        var request = await call.ReadAsync().ConfigureAwait(false);
        var id = request.Required("experiment_id");
        await AnswerAsync(call, await call.Of<ExperimentSearch>().FindAsync(call.Caller.Project, Number(id), call.Stop).ConfigureAwait(false) ?? throw NoExperiment(id)).ConfigureAwait(false);
    }

    private static async Task GetByNameAsync(MLflowCall call)
    {
        var request = await call.ReadAsync().ConfigureAwait(false);
        var name = request.Required("experiment_name");
        await AnswerAsync(call, await call.Of<ExperimentSearch>().FindAsync(call.Caller.Project, name, call.Stop).ConfigureAwait(false)
            ?? throw MLflowException.Missing($"Could not find experiment with name '{name}'")).ConfigureAwait(false);
    }

    private static Task AnswerAsync(MLflowCall call, TaggedExperiment experiment) => call.Context.AnswerAsync(json =>
    {
        json.WriteStartObject("experiment"u8);
        json.WriteExperiment(experiment);
        json.WriteEndObject();
    });

    private static async Task DeleteAsync(MLflowCall call)
    {
        var id = (await call.ReadAsync().ConfigureAwait(false)).Required("experiment_id");
        await DoneAsync(call, id, await call.Of<ExperimentEdits>().DeleteAsync(call.Caller, Number(id), call.Stop).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private static async Task RestoreAsync(MLflowCall call)
    {
        var id = (await call.ReadAsync().ConfigureAwait(false)).Required("experiment_id");
        await DoneAsync(call, id, await call.Of<ExperimentEdits>().RestoreAsync(call.Caller, Number(id), call.Stop).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private static async Task UpdateAsync(MLflowCall call)
    {
        var request = await call.ReadAsync().ConfigureAwait(false);
        var id = request.Required("experiment_id");
        var name = MLflowNames.CheckLength(request.Required("new_name"), LongestName, "name");
        var edit = await call.Of<ExperimentEdits>().RenameAsync(call.Caller, Number(id), name, call.Stop).ConfigureAwait(false);
        if (edit is ExperimentEdit.Deleted) throw new MLflowException("INVALID_STATE", "Cannot rename a non-active experiment.");
        if (edit is ExperimentEdit.NameTaken) throw await TakenAsync(call, name).ConfigureAwait(false);
        await DoneAsync(call, id, edit).ConfigureAwait(false);
    }

    private static async Task SetTagAsync(MLflowCall call)
    {
        var request = await call.ReadAsync().ConfigureAwait(false);
        var id = request.Required("experiment_id");
        var (key, value) = MLflowNames.Tag(request, LongestTag);
        await DoneAsync(call, id, await call.Of<ExperimentEdits>().SetTagAsync(call.Caller, Number(id), key, value, call.Stop).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private static async Task DeleteTagAsync(MLflowCall call)
    {
        var request = await call.ReadAsync().ConfigureAwait(false);
        var id = request.Required("experiment_id");
        var key = request.Required("key");
        var gone = await call.Of<ExperimentEdits>().DeleteTagAsync(call.Caller, Number(id), key, call.Stop).ConfigureAwait(false) ?? throw NoExperiment(id);
        if (!gone) throw MLflowException.Missing($"No tag with name: {key} in experiment with id {id}");
        await call.Context.AnswerNothingAsync().ConfigureAwait(false);
    }

    private static async Task SearchAsync(MLflowCall call)
    {
        var request = await call.ReadAsync().ConfigureAwait(false);
        var limit = MLflowPage.Size(request, 1000, 50_000);
        var offset = MLflowPage.Offset(request.Text("page_token"));
        var view = request.Word("view_type", 1, "ACTIVE_ONLY", "DELETED_ONLY", "ALL") ?? "ACTIVE_ONLY";
        var order = request.Texts("order_by").Select(MLflowFilter.ParseOrder).ToList();
        var found = await call.Of<ExperimentSearch>().SearchAsync(call.Caller.Project, view, MLflowFilter.Parse(request.Text("filter")), order, limit, offset, call.Stop).ConfigureAwait(false);
        await call.Context.AnswerAsync(json =>
        {
            if (found.Count > 0)
            {
                json.WriteStartArray("experiments"u8);
                foreach (var experiment in found.Take(limit))
                {
                    json.WriteStartObject();
                    json.WriteExperiment(experiment);
                    json.WriteEndObject();
                }
                json.WriteEndArray();
            }
            if (found.Count > limit) json.WriteString("next_page_token"u8, MLflowPage.Token(offset + limit));
        }).ConfigureAwait(false);
    }

    private static Task DoneAsync(MLflowCall call, string id, ExperimentEdit edit) => edit switch
    {
        ExperimentEdit.NotFound => throw NoExperiment(id),
        ExperimentEdit.Deleted => throw MLflowException.Invalid($"The experiment {id} must be in the 'active' state.\nCurrent state is deleted."),
        _ => call.Context.AnswerNothingAsync()
    };
}
