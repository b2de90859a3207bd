using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Takt.Kernel;

namespace Takt.Registry;

internal static class RegistryEndpoints
{
    private const int MostRows = 500;

    public static void MapRegistry(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/v1/projects/{project}/models").WithTags("Registry");
        group.MapGet("/", ModelsAsync).Needs(Permission.ModelsRead);
        group.MapGet("/{model}", ModelAsync).Needs(Permission.ModelsRead);
        group.MapGet("/{model}/versions", VersionsAsync).Needs(Permission.ModelsRead);
        group.MapPost("/{model}/versions", RegisterAsync).Needs(Permission.ModelsWrite);
        group.MapGet("/{model}/versions/{number:int}", VersionAsync).Needs(Permission.ModelsRead);
        group.MapGet("/{model}/versions/{number:int}/dependents", DependentsAsync).Needs(Permission.ModelsRead);
        group.MapGet("/{model}/aliases/{alias}", AliasAsync).Needs(Permission.ModelsRead);
        group.MapPut("/{model}/aliases/{alias}", MoveAliasAsync).Needs(Permission.ModelsWrite); // a protected alias asks for more, see MoveAlias
        routes.MapGet("/api/v1/projects/{project}/datasets/{dataset}/versions/{number:int}/models", TrainedOnAsync).WithTags("Registry").Needs(Permission.ModelsRead);
    }

    /// <summary>By name. <paramref name="page"/> is the last name seen.</summary>
    private static async Task<IResult> ModelsAsync(Caller caller, ModelStore models, int? limit, string? page, CancellationToken cancellationToken)
    {
        var count = Math.Clamp(limit ?? 100, 1, MostRows);
        var found = await models.ListAsync(caller.Project, page, count, cancellationToken).ConfigureAwait(false);
        return Results.Json(new Page<RegisteredModel>(found, found.Count == count ? found[^1].Name : null), TaktJson.Options);
    }

    private static async Task<IResult> ModelAsync(Caller caller, string model, ModelStore models, CancellationToken cancellationToken) =>
        await models.FindAsync(caller.Project, model, cancellationToken).ConfigureAwait(false) is { } found ? Results.Json(found, TaktJson.Options) : RegistryProblems.NoModel(model).ToHttp();

    /// <summary>Newest first. <paramref name="page"/> is the last number seen.</summary>
    private static async Task<IResult> VersionsAsync(Caller caller, string model, VersionStore versions, int? limit, int? page, CancellationToken cancellationToken)
    {
        var count = Math.Clamp(limit ?? 100, 1, MostRows);
        var found = await versions.ListAsync(caller.Project, model, page, count, cancellationToken).ConfigureAwait(false);
        return Results.Json(new Page<ModelVersion>(found, found.Count == count ? found[^1].Number.ToString(CultureInfo.InvariantCulture) : null), TaktJson.Options);
    }

    private static async Task<IResult> VersionAsync(Caller caller, string model, int number, IRegistry registry, CancellationToken cancellationToken) =>
        await registry.FindAsync(caller.Project, model, number, cancellationToken).ConfigureAwait(false) is { } found
            ? Results.Json(found, TaktJson.Options)
            : RegistryProblems.NoVersion(model, number).ToHttp();

    private static async Task<IResult> RegisterAsync(Caller caller, string model, RegisterRequest request, IRegistry registry, CancellationToken cancellationToken) =>
        (await registry.RegisterAsync(caller, model, request.Digest, request.Provenance, cancellationToken).ConfigureAwait(false)).ToHttp();

    private static async Task<IResult> DependentsAsync(Caller caller, string model, int number, IRegistry registry, DependentsReader dependents, CancellationToken cancellationToken) =>
        await registry.FindAsync(caller.Project, model, number, cancellationToken).ConfigureAwait(false) is { } found
            ? Results.Json(await dependents.ListAsync(caller.Project, found.ToString(), cancellationToken).ConfigureAwait(false), TaktJson.Options)
            : RegistryProblems.NoVersion(model, number).ToHttp();

    private static async Task<IResult> AliasAsync(Caller caller, string model, string alias, IRegistry registry, CancellationToken cancellationToken) =>
        await registry.FindByAliasAsync(caller.Project, model, alias, cancellationToken).ConfigureAwait(false) is { } found
            ? Results.Json(found, TaktJson.Options)
            : RegistryProblems.NoAlias(model, alias).ToHttp();

    private static async Task<IResult> MoveAliasAsync(Caller caller, string model, string alias, AliasRequest request, IRegistry registry, CancellationToken cancellationToken) =>
        (await registry.MoveAliasAsync(caller, model, alias, request.Number, request.Reason ?? "", cancellationToken).ConfigureAwait(false)).ToHttp();

    private static async Task<IResult> TrainedOnAsync(Caller caller, string dataset, int number, VersionStore versions, CancellationToken cancellationToken) =>
        Results.Json(await versions.TrainedOnAsync(caller.Project, dataset, number, cancellationToken).ConfigureAwait(false), TaktJson.Options);

    private sealed record AliasRequest(int Number, string? Reason);

    private sealed record RegisterRequest(Digest Digest, Provenance Provenance);
}
