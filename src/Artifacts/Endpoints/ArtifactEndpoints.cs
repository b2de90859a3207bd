using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;
using Takt.Kernel;

namespace Takt.Artifacts.Endpoints;

/// <summary>Blobs over HTTP.</summary>
internal static class ArtifactEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/v1/projects/{project}/artifacts").WithTags("Artifacts");
        group.MapPost("/", PostAsync).Needs(Permission.ArtifactsWrite).WithMetadata(new AnySize()).RepeatsSafely("The same bytes are kept once.");
        group.MapPut("/{digest}", PutAsync).Needs(Permission.ArtifactsWrite).WithMetadata(new AnySize());
        group.MapMethods("/{digest}", ["GET", "HEAD"], GetAsync).Needs(Permission.ArtifactsRead);
    }

    private static async Task<IResult> PostAsync(Caller caller, HttpRequest request, FolderArtifactStore store, CancellationToken cancellationToken)
    {
        var put = await store.PutAsync(caller.Project, request.Body, null, caller, cancellationToken).ConfigureAwait(false);
        return put.Switch(blob => Results.Json(blob, TaktJson.Options, statusCode: StatusCodes.Status201Created), problem => problem.ToHttp());
    }

    private static async Task<IResult> PutAsync(Caller caller, string digest, HttpRequest request, FolderArtifactStore store, CancellationToken cancellationToken)
    {
        if (!Digest.TryParse(digest, null, out var expected)) return ArtifactProblems.NoDigest.ToHttp();
        return (await store.PutAsync(caller.Project, request.Body, expected, caller, cancellationToken).ConfigureAwait(false)).ToHttp();
    }

    private static async Task<IResult> GetAsync(Caller caller, string digest, HttpResponse response, IArtifactStore store, CancellationToken cancellationToken)
    {
        if (!Digest.TryParse(digest, null, out var wanted)) return ArtifactProblems.NoDigest.ToHttp();
        if (await store.FindAsync(caller.Project, wanted, cancellationToken).ConfigureAwait(false) is null) return ArtifactProblems.NotFound(wanted.ToString()).ToHttp();
        Stream stream;
        try
        {
            stream = await store.OpenAsync(caller.Project, wanted, cancellationToken).ConfigureAwait(false);
        }
        catch (ArtifactDamagedException damaged)
        {
            return ArtifactProblems.Damaged(damaged).ToHttp();
        }
        // What somebody put is never run or shown in our origin, whatever it claims to be.
        response.Headers.ContentSecurityPolicy = "sandbox; default-src 'none'";
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.CacheControl = "private, max-age=31536000, immutable";
        return Results.Stream(stream, "application/octet-stream", wanted.ToString(), entityTag: new EntityTagHeaderValue($"\"{wanted}\""), enableRangeProcessing: true);
    }

    /// <summary>The store has its own limit; Kestrel's would be in the way.</summary>
    private sealed class AnySize : IRequestSizeLimitMetadata
    {
        public long? MaxRequestBodySize => null;
    }
}
