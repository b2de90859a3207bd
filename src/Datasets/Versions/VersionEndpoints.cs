using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Takt.Artifacts;
using Takt.Datasets.Catalogue;
using Takt.Kernel;

namespace Takt.Datasets.Versions;

internal static class VersionEndpoints
{
    private const int MostOnPage = 200;

    public static void Map(RouteGroupBuilder group)
    {
        group.MapGet("/{name}/versions", ListAsync).Needs(Permission.DatasetsRead);
        group.MapGet("/{name}/versions/{which}", GetAsync).Needs(Permission.DatasetsRead);
        group.MapGet("/{name}/versions/{which}/profile", ProfileAsync).Needs(Permission.DatasetsRead);
        group.MapGet("/{name}/versions/{which}/parts/{index:int}", PartAsync).Needs(Permission.DatasetsRead);
    }

    private static async Task<IResult> ListAsync(Caller caller, string name, DatasetStore datasets, VersionStore versions, string? page, int? limit, CancellationToken cancellationToken)
    {
        if (await datasets.FindAsync(caller.Project, name, cancellationToken).ConfigureAwait(false) is null) return DatasetProblems.DatasetNotFound(name).ToHttp();
        var below = int.TryParse(page, CultureInfo.InvariantCulture, out var number) ? number : int.MaxValue;
        var most = Math.Clamp(limit ?? 50, 1, MostOnPage);
        var found = await versions.ListAsync(caller.Project, name, below, most, cancellationToken).ConfigureAwait(false);
        return Results.Json(new Page<DatasetVersion>(found, found.Count == most ? found[^1].Number.ToString(CultureInfo.InvariantCulture) : null), TaktJson.Options);
    }

    private static async Task<IResult> GetAsync(Caller caller, string name, string which, VersionStore versions, CancellationToken cancellationToken) =>
        await FindAsync(caller, name, which, versions, cancellationToken).ConfigureAwait(false) is { } version
            ? Results.Json(version, TaktJson.Options)
            : DatasetProblems.VersionNotFound(name, which).ToHttp();

    private static async Task<IResult> ProfileAsync(Caller caller, string name, string which, VersionStore versions, CancellationToken cancellationToken) =>
        await FindAsync(caller, name, which, versions, cancellationToken).ConfigureAwait(false) is { } version
            ? Results.Json(await versions.ProfileAsync(caller.Project, name, version.Number, cancellationToken).ConfigureAwait(false), TaktJson.Options)
            : DatasetProblems.VersionNotFound(name, which).ToHttp();

    /// <summary>The part's Parquet file; <paramref name="index"/> counts from 0.</summary>
    private static async Task<IResult> PartAsync(Caller caller, string name, string which, int index, VersionStore versions, IArtifactStore artifacts, CancellationToken cancellationToken)
    {
        if (await FindAsync(caller, name, which, versions, cancellationToken).ConfigureAwait(false) is not { } version) return DatasetProblems.VersionNotFound(name, which).ToHttp();
        if (index < 0 || index >= version.Parts.Count)
            return Problem.NotFound("dataset-part-not-found", $"Version {version.Number} of dataset '{name}' has the parts 0 to {version.Parts.Count - 1}, not {index}.").ToHttp();
        var content = await artifacts.OpenAsync(caller.Project, version.Parts[index].Blob, cancellationToken).ConfigureAwait(false);
        return Results.Stream(content, "application/vnd.apache.parquet", $"{name}-{version.Number}-{index}.parquet");
    }

    private static Task<DatasetVersion?> FindAsync(Caller caller, string name, string which, VersionStore versions, CancellationToken cancellationToken)
    {
        if (which == "latest") return versions.FindAsync(caller.Project, name, null, cancellationToken);
        if (Digest.TryParse(which, null, out var digest)) return versions.FindAsync(caller.Project, name, digest, cancellationToken);
        return int.TryParse(which, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? versions.FindAsync(caller.Project, name, number, cancellationToken)
            : Task.FromResult<DatasetVersion?>(null);
    }
}
