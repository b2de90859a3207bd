using Microsoft.AspNetCore.Routing;
using Takt.Kernel;
using Takt.Tracking.MLflow;

namespace Takt.Registry.MLflow;

/// <summary><c>/mlflow/registered-models/...</c>, with aliases.</summary>
internal static class ModelRoutes
{
    private const int LongestDescription = 65_535;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapMLflow("POST", "/mlflow/registered-models/create", Permission.ModelsWrite, CreateAsync);
        routes.MapMLflow("GET", "/mlflow/registered-models/get", Permission.ModelsRead, GetAsync);
        routes.MapMLflow("POST", "/mlflow/registered-models/rename", Permission.ModelsWrite, RenameAsync);
        routes.MapMLflow("PATCH", "/mlflow/registered-models/update", Permission.ModelsWrite, UpdateAsync);
        routes.MapMLflow("DELETE", "/mlflow/registered-models/delete", Permission.ModelsWrite, DeleteAsync);
        routes.MapMLflow("GET", "/mlflow/registered-models/search", Permission.ModelsRead, SearchAsync);
        routes.MapMLflow("POST", "/mlflow/registered-models/set-tag", Permission.ModelsWrite, SetTagAsync);
        routes.MapMLflow("DELETE", "/mlflow/registered-models/delete-tag", Permission.ModelsWrite, DeleteTagAsync);
        routes.MapMLflow("GET", "/mlflow/registered-models/get-latest-versions", Permission.ModelsRead, LatestAsync);
        routes.MapMLflow("POST", "/mlflow/registered-models/get-latest-versions", Permission.ModelsRead, LatestAsync);
        routes.MapMLflow("GET", "/mlflow/registered-models/alias", Permission.ModelsRead, GetAliasAsync);
        routes.MapMLflow("POST", "/mlflow/registered-models/alias", Permission.ModelsWrite, SetAliasAsync); // a protected alias asks for more, see MoveAlias
        routes.MapMLflow("DELETE", "/mlflow/registered-models/alias", Permission.ModelsWrite, DeleteAliasAsync);
    }

    private static async Task CreateAsync(MLflowCall call)
    {
        var request = await call.ReadAsync().ConfigureAwait(false);
        var name = RegistryWords.NewName(request.Required("name"), "name");
        var tags = MLflowNames.Tags(request.Messages("tags"), RegistryWords.LongestTag);
        var description = MLflowNames.CheckLength(request.Text("description") ?? "", LongestDescription, "description");
        if (!await call.Of<ModelEdits>().CreateAsync(call.Caller, name, description, tags, call.Stop).ConfigureAwait(false)) throw MLflowException.Exists($"Registered Model (name={name}) already exists.");
        await AnswerAsync(call, name).ConfigureAwait(false);
    }

    private static async Task GetAsync(MLflowCall call) => await AnswerAsync(call, (await call.ReadAsync().ConfigureAwait(false)).Required("name")).ConfigureAwait(false);

    private static async Task RenameAsync(MLflowCall call)
    {
        var request = await call.ReadAsync().ConfigureAwait(false);
        var name = request.Required("name");
        var newName = RegistryWords.NewName(request.Required("new_name"), "new_name");
        await call.Of<ModelEdits>().RenameAsync(call.Caller, name, newName, call.Stop).ConfigureAwait(false);
        await AnswerAsync(call, newName).ConfigureAwait(false);
    }

    private static async Task UpdateAsync(MLflowCall call)
    {
        var request = await call.ReadAsync().ConfigureAwait(false);
        var name = request.Required("name");
        if (request.Text("description") is { } description)
            await call.Of<ModelEdits>().DescribeAsync(call.Caller, name, MLflowNames.CheckLength(description, LongestDescription, "description"), call.Stop).ConfigureAwait(false);
        await AnswerAsync(call, name).ConfigureAwait(false);
    }

    private static async Task DeleteAsync(MLflowCall call)
    {
        await call.Of<ModelEdits>().DeleteAsync(call.Caller, (await call.ReadAsync().ConfigureAwait(false)).Required("name"), call.Stop).ConfigureAwait(false);
        await call.Context.AnswerNothingAsync().ConfigureAwait(false);
    }

    private static async Task SetTagAsync(MLflowCall call)
    {
        var request = await call.ReadAsync().ConfigureAwait(false);
        var name = request.Required("name");
        var (key, value) = MLflowNames.Tag(request, RegistryWords.LongestTag);
        await call.Of<ModelEdits>().TagAsync(call.Caller, name, key, value, call.Stop).ConfigureAwait(false);
        await call.Context.AnswerNothingAsync().ConfigureAwait(false);
    }

    private static async Task DeleteTagAsync(MLflowCall call)
    {
        var request = await call.ReadAsync().ConfigureAwait(false);
        var name = request.Required("name");
        await call.Of<ModelEdits>().TagAsync(call.Caller, name, request.Required("key"), null, call.Stop).ConfigureAwait(false);
        await call.Context.AnswerNothingAsync().ConfigureAwait(false);
    }

    private static async Task SearchAsync(MLflowCall call)
    {
        var request = await call.ReadAsync().ConfigureAwait(false);
        var limit = MLflowPage.Size(request, 100, 1000);
        var offset = MLflowPage.Offset(request.Text("page_token"));
        var found = await call.Of<RecordedModels>().SearchAsync(call.Caller.Project, MLflowFilter.Parse(request.Text("filter")), [.. request.Texts("order_by").Select(MLflowFilter.ParseOrder)], limit, offset, call.Stop).ConfigureAwait(false);
        var latest = await call.Of<RecordedVersions>().LatestAsync([.. found.Take(limit).Select(m => m.Id)], call.Stop).ConfigureAwait(false);
        await call.Context.AnswerAsync(json =>
        {
            if (found.Count > 0)
            {
                json.WriteStartArray("registered_models"u8);
                foreach (var model in found.Take(limit))
                {
                    json.WriteStartObject();
                    json.WriteModel(model, latest[model.Id]);
                    json.WriteEndObject();
                }
                json.WriteEndArray();
            }
            if (found.Count > limit) json.WriteString("next_page_token"u8, MLflowPage.Token(offset + limit));
        }).ConfigureAwait(false);
    }

    private static async Task LatestAsync(MLflowCall call)
    {
        var request = await call.ReadAsync().ConfigureAwait(false);
        var model = await FindAsync(call, request.Required("name")).ConfigureAwait(false);
        var stages = request.Texts("stages").Select(RegistryWords.Stage).ToHashSet();
        var latest = (await call.Of<RecordedVersions>().LatestAsync([model.Id], call.Stop).ConfigureAwait(false))[model.Id].Where(v => stages.Count == 0 || stages.Contains(v.Stage)).ToList();
        await call.Context.AnswerAsync(json =>
        {
            if (latest.Count == 0) return;
            json.WriteStartArray("model_versions"u8);
            foreach (var version in latest)
            {
                json.WriteStartObject();
                json.WriteVersion(version);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }).ConfigureAwait(false);
    }

    private static async Task GetAliasAsync(MLflowCall call)
    {
        var request = await call.ReadAsync().ConfigureAwait(false);
        var name = request.Required("name");
        var alias = request.Required("alias");
        if (await call.Of<RecordedVersions>().FindByAliasAsync(call.Caller.Project, name, alias, call.Stop).ConfigureAwait(false) is not { } version)
        {
            await FindAsync(call, name).ConfigureAwait(false);
            throw MLflowException.Invalid($"Registered model alias {alias} not found.");
        }
        await call.Context.AnswerAsync(json =>
        {
            json.WriteStartObject("model_version"u8);
            json.WriteVersion(version);
            json.WriteEndObject();
        }).ConfigureAwait(false);
    }

    private static async Task SetAliasAsync(MLflowCall call)
    {
        var request = await call.ReadAsync().ConfigureAwait(false);
        var name = request.Required("name");
        var alias = RegistryWords.Alias(request.Required("alias"));
        var number = RegistryWords.Number(request);
        await FindAsync(call, name).ConfigureAwait(false);
        var moved = await call.Of<MoveAlias>().PointAsync(call.Caller, name, alias, number, "by MLflow's API", call.Stop).ConfigureAwait(false);
        if (moved is { Type: "model-version-not-found" }) throw RegistryWords.NoVersion(name, number.ToString(System.Globalization.CultureInfo.InvariantCulture));
        if (moved is not null) throw new RefusedException(moved);
        await call.Context.AnswerNothingAsync().ConfigureAwait(false);
    }

    private static async Task DeleteAliasAsync(MLflowCall call)
    {
        var request = await call.ReadAsync().ConfigureAwait(false);
        var name = request.Required("name");
        await call.Of<ModelEdits>().RemoveAliasAsync(call.Caller, name, request.Required("alias"), call.Stop).ConfigureAwait(false);
        await call.Context.AnswerNothingAsync().ConfigureAwait(false);
    }

    private static async Task<RecordedModel> FindAsync(MLflowCall call, string name) =>
        await call.Of<RecordedModels>().FindAsync(call.Caller.Project, name, call.Stop).ConfigureAwait(false) ?? throw RegistryWords.NoModel(name);

    private static async Task AnswerAsync(MLflowCall call, string name)
    {
        var model = await FindAsync(call, name).ConfigureAwait(false);
        var latest = await call.Of<RecordedVersions>().LatestAsync([model.Id], call.Stop).ConfigureAwait(false);
        await call.Context.AnswerAsync(json =>
        {
            json.WriteStartObject("registered_model"u8);
            json.WriteModel(model, latest[model.Id]);
            json.WriteEndObject();
        }).ConfigureAwait(false);
    }
}
