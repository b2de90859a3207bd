using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Takt.Artifacts;
using Takt.Kernel;

namespace Takt.Tracking.MLflow;

/// <summary>Listing, and the proxy through which clients put and get files: streamed both ways, digests checked, ranges answered.</summary>
internal static class ArtifactRoutes
{
    private const string ProxyAt = "/mlflow-artifacts/artifacts";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapMLflow("GET", "/mlflow/artifacts/list", Permission.RunsRead, ListRunAsync);
        routes.MapMLflow("GET", ProxyAt, Permission.ArtifactsRead, ListAsync);
        routes.MapMLflow("GET", ProxyAt + "/{**path}", Permission.ArtifactsRead, GetAsync);
        routes.MapMLflow("PUT", ProxyAt + "/{**path}", Permission.ArtifactsWrite, PutAsync);
        routes.MapMLflow("DELETE", ProxyAt + "/{**path}", Permission.ArtifactsWrite, DeleteAsync);
        routes.MapMLflow("POST", "/mlflow/upload-artifact", Permission.ArtifactsWrite, UploadAsync);
        routes.MapMLflowAt("GET", "/get-artifact", Permission.ArtifactsRead, GetOfRunAsync);
        // Clients fall back to plain requests where a server has no multipart uploads: the proxy streams, so it gains nothing from them.
        foreach (var verb in (string[])["create", "complete", "abort"]) routes.MapMLflow("POST", $"/mlflow-artifacts/mpu/{verb}/{{**path}}", Permission.ArtifactsWrite, NoMultipartAsync);
        routes.MapMLflow("GET", "/mlflow-artifacts/presigned/{**path}", Permission.ArtifactsRead, NoPresignedAsync);
        routes.MapMLflow("POST", "/mlflow/artifacts/presigned-upload-url", Permission.ArtifactsWrite, NoPresignedAsync);
    }

    /// <summary>Paths that climb, in any spelling.</summary>
    internal static MLflowException InvalidPath => MLflowException.Invalid("Invalid path");

    private static async Task ListRunAsync(MLflowCall call)
    {
        var request = await call.ReadAsync().ConfigureAwait(false);
        var folder = Folder(request.Text("path"));
        var run = await RunRoutes.FindAsync(call, RunRoutes.Named(request)).ConfigureAwait(false);
        var entries = await call.Of<ProxyFileStore>().ListAsync(call.Caller.Project, new ProxyPath(run.Id, run.Experiment, folder), call.Stop).ConfigureAwait(false);
        var location = await call.Of<ExperimentStore>().LocationAsync(run.Experiment, call.Stop).ConfigureAwait(false);
        await AnswerAsync(call, entries, folder.Length == 0 ? "" : folder + "/", $"{location}/{run.Id}/artifacts").ConfigureAwait(false);
    }

    private static async Task ListAsync(MLflowCall call)
    {
        var request = await call.ReadAsync().ConfigureAwait(false);
        var path = await CheckedAsync(call, request.Text("path") ?? "", write: false).ConfigureAwait(false);
        await AnswerAsync(call, await call.Of<ProxyFileStore>().ListAsync(call.Caller.Project, path, call.Stop).ConfigureAwait(false), "", null).ConfigureAwait(false);
    }

    /// <summary>A folder of the project's files.</summary>
    /// <param name="root">Of the proxy; entries are told below it.</param>
    internal static async Task AnswerFolderAsync(MLflowCall call, string root, string folder, string uri)
    {
        var entries = await call.Of<ProxyFileStore>().ListAsync(call.Caller.Project, new ProxyPath(null, 0, folder.Length == 0 ? root : $"{root}/{folder}"), call.Stop).ConfigureAwait(false);
        await AnswerAsync(call, entries, folder.Length == 0 ? "" : folder + "/", uri).ConfigureAwait(false);
    }

    private static Task AnswerAsync(MLflowCall call, List<ArtifactEntry> entries, string prefix, string? root) => call.Context.AnswerAsync(json =>
    {
        if (root is not null) json.WriteString("root_uri"u8, root);
        if (entries.Count == 0) return;
        json.WriteStartArray("files"u8);
        foreach (var entry in entries)
        {
            json.WriteStartObject();
            json.WriteString("path"u8, prefix + entry.Name);
            json.WriteBoolean("is_dir"u8, entry.Size is null);
            if (entry.Size is { } size) json.WriteNumber("file_size"u8, size);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    });

    private static async Task GetAsync(MLflowCall call) => await SendAsync(call, await CheckedAsync(call, call.Route("path"), write: false).ConfigureAwait(false)).ConfigureAwait(false);

    private static async Task GetOfRunAsync(MLflowCall call)
    {
        var request = await call.ReadAsync().ConfigureAwait(false);
        var path = Folder(request.Required("path"));
        var run = await RunRoutes.FindAsync(call, RunRoutes.Named(request)).ConfigureAwait(false);
        await SendAsync(call, new ProxyPath(run.Id, run.Experiment, path)).ConfigureAwait(false);
    }

    /// <summary>Always as an attachment in a sandbox: what somebody uploaded is never a page of ours.</summary>
    internal static async Task SendAsync(MLflowCall call, ProxyPath path)
    {
        if (path.Rest.Length == 0 || await call.Of<ProxyFileStore>().FindAsync(call.Caller.Project, path, call.Stop).ConfigureAwait(false) is not { } blob)
            throw MLflowException.Missing($"No such artifact: '{path.Rest}'");
        var content = await call.Of<IArtifactStore>().OpenAsync(call.Caller.Project, blob.Digest, call.Stop).ConfigureAwait(false);
        call.Context.Response.Headers.XContentTypeOptions = "nosniff";
        call.Context.Response.Headers.ContentSecurityPolicy = "sandbox; default-src 'none'";
        var name = path.Rest[(path.Rest.LastIndexOf('/') + 1)..];
        await Results.Stream(content, "application/octet-stream", name, entityTag: new($"\"{blob.Digest}\""), enableRangeProcessing: true).ExecuteAsync(call.Context).ConfigureAwait(false);
    }

    private static async Task PutAsync(MLflowCall call)
    {
        var path = await CheckedAsync(call, call.Route("path"), write: true).ConfigureAwait(false);
        if (call.Context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit) limit.MaxRequestBodySize = null; // streamed: memory does not grow with it
        await PutAsync(call, path).ConfigureAwait(false);
        await call.Context.AnswerNothingAsync().ConfigureAwait(false);
    }

    /// <summary>The page's small uploads.</summary>
    private static async Task UploadAsync(MLflowCall call)
    {
        var query = call.Context.Request.Query;
        var id = query["run_uuid"].ToString() is { Length: > 0 } given ? given : throw MLflowException.Invalid("Request must specify run_uuid.");
        var path = query["path"].ToString() is { Length: > 0 } named ? Folder(named) : throw MLflowException.Invalid("Request must specify path.");
        if (call.Context.Request.ContentLength is null or 0) throw MLflowException.Invalid("Request must specify data.");
        if (call.Context.Request.ContentLength > 10 << 20) throw MLflowException.Invalid("Artifact size is too large. Max size is 10MB.");
        var run = await RunRoutes.FindAsync(call, RunRoutes.Of(id)).ConfigureAwait(false);
        await PutAsync(call, new ProxyPath(run.Id, run.Experiment, path)).ConfigureAwait(false);
        await call.Context.AnswerNothingAsync().ConfigureAwait(false);
    }

    private static async Task PutAsync(MLflowCall call, ProxyPath path)
    {
        var blob = await call.Of<IArtifactStore>().PutAsync(call.Caller.Project, call.Context.Request.Body, call.Stop).ConfigureAwait(false);
        if (!await call.Of<ProxyFileStore>().PutAsync(call.Caller, path, blob, call.Stop).ConfigureAwait(false)) throw RunRoutes.NotActive(path.Run!.Value);
    }

    private static async Task DeleteAsync(MLflowCall call)
    {
        var path = await CheckedAsync(call, call.Route("path"), write: true).ConfigureAwait(false);
        await call.Of<ProxyFileStore>().RemoveAsync(call.Caller, path, call.Stop).ConfigureAwait(false);
        await call.Context.AnswerNothingAsync().ConfigureAwait(false);
    }

    /// <summary>A path of the proxy that is sound and, where it is a run's, the run is the caller's and its experiment the one named.</summary>
    internal static async Task<ProxyPath> CheckedAsync(MLflowCall call, string text, bool write)
    {
        if (ProxyPath.Parse(text) is not { } path || write && path.Rest.Length == 0) throw InvalidPath;
        if (path.Run is not { } id) return path;
        var run = await RunRoutes.FindAsync(call, id).ConfigureAwait(false);
        if (run.Experiment != path.Experiment) throw RunRoutes.NoRun(id.ToString());
        return write && run.Deleted ? throw RunRoutes.NotActive(id) : path;
    }

    internal static string Folder(string? path)
    {
        var plain = (path ?? "").TrimEnd('/');
        return plain.Length == 0 || plain == "." ? "" : ArtifactPath.Check(plain) ?? throw InvalidPath;
    }

    private static Task NoMultipartAsync(MLflowCall call) => throw new MLflowException("NOT_IMPLEMENTED", "Multipart upload is not supported for the current artifact repository");

    private static Task NoPresignedAsync(MLflowCall call) => throw new MLflowException("NOT_IMPLEMENTED", "Presigned URLs are not supported for the current artifact repository");
}
