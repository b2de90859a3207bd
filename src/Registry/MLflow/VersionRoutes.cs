using System.Globalization;
using Microsoft.AspNetCore.Routing;
using Takt.Kernel;
using Takt.Tracking.MLflow;

namespace Takt.Registry.MLflow;

/// <summary><c>/mlflow/model-versions/...</c></summary>
internal static class VersionRoutes
{
    private const int LongestText = 5000;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapMLflow("POST", "/mlflow/model-versions/create", Permission.ModelsWrite, CreateAsync);
        routes.MapMLflow("GET", "/mlflow/model-versions/get", Permission.ModelsRead, GetAsync);
        routes.MapMLflow("PATCH", "/mlflow/model-versions/update", Permission.ModelsWrite, UpdateAsync);
        routes.MapMLflow("DELETE", "/mlflow/model-versions/delete", Permission.ModelsWrite, DeleteAsync);
        routes.MapMLflow("POST", "/mlflow/model-versions/transition-stage", Permission.ModelsWrite, MoveStageAsync);
        routes.MapMLflow("GET", "/mlflow/model-versions/search", Permission.ModelsRead, SearchAsync);
        routes.MapMLflow("GET", "/mlflow/model-versions/get-download-uri", Permission.ModelsRead, DownloadUriAsync);
        routes.MapMLflow("POST", "/mlflow/model-versions/set-tag", Permission.ModelsWrite, SetTagAsync);
        routes.MapMLflow("DELETE", "/mlflow/model-versions/delete-tag", Permission.ModelsWrite, DeleteTagAsync);
        routes.MapMLflowAt("GET", "/model-versions/get-artifact", Permission.ModelsRead, GetArtifactAsync);
    }

    private static async Task CreateAsync(MLflowCall call)
    {
        var request = await call.ReadAsync().ConfigureAwait(false);
        var name = request.Required("name");
        var source = request.Required("source");
        var run = MLflowNames.CheckLength(request.Text("run_id") ?? "", 500, "run_id");
        VersionSource.Check(source, run.Length > 0 ? await call.Of<IProxiedArtifacts>().LocationAsync(call, run).ConfigureAwait(false) : null);
        var version = new RecordedVersion(default, name, 0, default, default, "", "None", MLflowNames.CheckLength(request.Text("description") ?? "", LongestText, "description"), source, run,
            MLflowNames.CheckLength(request.Text("run_link") ?? "", 500, "run_link"), MLflowNames.CheckLength(request.Text("model_id") ?? "", 500, "model_id"),
            [.. MLflowNames.Tags(request.Messages("tags"), RegistryWords.LongestTag)], []);
        var number = await call.Of<ModelEdits>().AddVersionAsync(call.Caller, name, version, call.Stop).ConfigureAwait(false);
        await AnswerAsync(call, name, number).ConfigureAwait(false);
    }

    private static async Task GetAsync(MLflowCall call)
    {
        var (name, number, _) = await NamedAsync(call).ConfigureAwait(false);
        await AnswerAsync(call, name, number).ConfigureAwait(false);
    }

    private static async Task UpdateAsync(MLflowCall call)
    {
        var (name, number, request) = await NamedAsync(call).ConfigureAwait(false);
        if (request.Text("description") is { } description)
            await call.Of<ModelEdits>().DescribeVersionAsync(call.Caller, name, number, MLflowNames.CheckLength(description, LongestText, "description"), call.Stop).ConfigureAwait(false);
        await AnswerAsync(call, name, number).ConfigureAwait(false);
    }

    private static async Task DeleteAsync(MLflowCall call)
    {
        var (name, number, _) = await NamedAsync(call).ConfigureAwait(false);
        await call.Of<ModelEdits>().DeleteVersionAsync(call.Caller, name, number, call.Stop).ConfigureAwait(false);
        await call.Context.AnswerNothingAsync().ConfigureAwait(false);
    }

    private static async Task MoveStageAsync(MLflowCall call)
    {
        var (name, number, request) = await NamedAsync(call).ConfigureAwait(false);
        var stage = RegistryWords.Stage(request.Required("stage"));
        var archive = request.Flag("archive_existing_versions") ?? false;
        if (archive && stage is not ("Staging" or "Production"))
            throw MLflowException.Invalid($"Model version transition cannot archive existing model versions because '{stage}' is not an Active stage. Valid stages are Staging, Production");
        await call.Of<ModelEdits>().MoveStageAsync(call.Caller, name, number, stage, archive, call.Stop).ConfigureAwait(false);
        await AnswerAsync(call, name, number).ConfigureAwait(false);
    }

    private static async Task SetTagAsync(MLflowCall call)
    {
        var (name, number, request) = await NamedAsync(call).ConfigureAwait(false);
        var (key, value) = MLflowNames.Tag(request, RegistryWords.LongestTag);
        await call.Of<ModelEdits>().TagVersionAsync(call.Caller, name, number, key, value, call.Stop).ConfigureAwait(false);
        await call.Context.AnswerNothingAsync().ConfigureAwait(false);
    }

    private static async Task DeleteTagAsync(MLflowCall call)
    {
        var (name, number, request) = await NamedAsync(call).ConfigureAwait(false);
        await call.Of<ModelEdits>().TagVersionAsync(call.Caller, name, number, request.Required("key"), null, call.Stop).ConfigureAwait(false);
        await call.Context.AnswerNothingAsync().ConfigureAwait(false);
    }

    private static async Task DownloadUriAsync(MLflowCall call)
    {
        var (name, number, _) = await NamedAsync(call).ConfigureAwait(false);
        var version = await FindAsync(call, name, number).ConfigureAwait(false);
        await call.Context.AnswerAsync(json => json.WriteString("artifact_uri"u8, version.Source)).ConfigureAwait(false);
    }

    private static async Task GetArtifactAsync(MLflowCall call)
    {
        var (name, number, request) = await NamedAsync(call).ConfigureAwait(false);
        var path = request.Required("path");
        if (path.Split('/', '\\').Contains("..")) throw MLflowException.Invalid("Invalid path");
        var version = await FindAsync(call, name, number).ConfigureAwait(false);
        await call.Of<IProxiedArtifacts>().SendAsync(call, version.Source, path).ConfigureAwait(false);
    }

    private static async Task SearchAsync(MLflowCall call)
    {
        var request = await call.ReadAsync().ConfigureAwait(false);
        var limit = MLflowPage.Size(request, 10_000, 200_000);
        var offset = MLflowPage.Offset(request.Text("page_token"));
        var found = await call.Of<RecordedVersions>().SearchAsync(call.Caller.Project, MLflowFilter.Parse(request.Text("filter")), [.. request.Texts("order_by").Select(MLflowFilter.ParseOrder)], limit, offset, call.Stop).ConfigureAwait(false);
        await call.Context.AnswerAsync(json =>
        {
            if (found.Count > 0)
            {
                json.WriteStartArray("model_versions"u8);
                foreach (var version in found.Take(limit))
                {
                    json.WriteStartObject();
                    json.WriteVersion(version);
                    json.WriteEndObject();
                }
                json.WriteEndArray();
            }
            if (found.Count > limit) json.WriteString("next_page_token"u8, MLflowPage.Token(offset + limit));
        }).ConfigureAwait(false);
    }

    private static async Task<(string Name, int Number, MLflowRequest Request)> NamedAsync(MLflowCall call)
    {
        var request = await call.ReadAsync().ConfigureAwait(false);
        return (request.Required("name"), RegistryWords.Number(request), request);
    }

    private static async Task<RecordedVersion> FindAsync(MLflowCall call, string name, int number) =>
        await call.Of<RecordedVersions>().FindAsync(call.Caller.Project, name, number, call.Stop).ConfigureAwait(false) ?? throw RegistryWords.NoVersion(name, number.ToString(CultureInfo.InvariantCulture));

    private static async Task AnswerAsync(MLflowCall call, string name, int number)
    {
        var version = await FindAsync(call, name, number).ConfigureAwait(false);
        await call.Context.AnswerAsync(json =>
        {
            json.WriteStartObject("model_version"u8);
            json.WriteVersion(version);
            json.WriteEndObject();
        }).ConfigureAwait(false);
    }
}
