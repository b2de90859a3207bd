using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Takt.Datasets.Versions;
using Takt.Kernel;

namespace Takt.Datasets.Catalogue;

/// <summary>A dataset as the API shows it.</summary>
/// <param name="Latest">The newest version; null: nothing was accepted yet.</param>
internal sealed record DatasetView(DatasetSpec Spec, DateTimeOffset DefinedAt, DatasetVersion? Latest);

/// <summary>The body of a PUT: the spec without its name, which the URL has.</summary>
internal sealed record DatasetSpecBody(string? Owner, string? Purpose, string? Access, string? TimeColumn, IReadOnlyList<ColumnSpec>? Columns, IReadOnlyList<CheckSpec>? Checks);

internal static class DatasetEndpoints
{
    private const int MostOnPage = 200;

    public static void Map(RouteGroupBuilder group)
    {
        group.MapGet("/", ListAsync).Needs(Permission.DatasetsRead);
        group.MapGet("/{name}", GetAsync).Needs(Permission.DatasetsRead);
        group.MapPut("/{name}", DefineAsync).Needs(Permission.DatasetsWrite);
    }

    private static async Task<IResult> ListAsync(Caller caller, DatasetStore datasets, VersionStore versions, string? page, int? limit, CancellationToken cancellationToken)
    {
        var most = Math.Clamp(limit ?? 50, 1, MostOnPage);
        var entries = await datasets.ListAsync(caller.Project, page ?? "", most, cancellationToken).ConfigureAwait(false);
        var newest = await versions.NewestAsync(caller.Project, [.. entries.Select(e => e.Spec.Name)], cancellationToken).ConfigureAwait(false);
        var views = entries.ConvertAll(e => new DatasetView(e.Spec, e.DefinedAt, newest.GetValueOrDefault(e.Spec.Name)));
        return Results.Json(new Page<DatasetView>(views, views.Count == most ? views[^1].Spec.Name : null), TaktJson.Options);
    }

    private static async Task<IResult> GetAsync(Caller caller, string name, DatasetStore datasets, VersionStore versions, CancellationToken cancellationToken)
    {
        if (await datasets.FindAsync(caller.Project, name, cancellationToken).ConfigureAwait(false) is not { } entry) return DatasetProblems.DatasetNotFound(name).ToHttp();
        var latest = await versions.FindAsync(caller.Project, name, null, cancellationToken).ConfigureAwait(false);
        return Results.Json(new DatasetView(entry.Spec, entry.DefinedAt, latest), TaktJson.Options);
    }

    private static async Task<IResult> DefineAsync(Caller caller, string name, DatasetSpecBody body, DefineDataset define, CancellationToken cancellationToken)
    {
        var checks = (body.Checks ?? []).Select(c => c with { Values = c.Values ?? [], Share = c.Share == 0 ? CheckRules.DefaultShare(c.Kind) : c.Share });
        var spec = new DatasetSpec(name, body.Owner ?? "", body.Purpose ?? "", body.Access ?? "internal", body.TimeColumn, body.Columns ?? [], [.. checks]);
        return (await define.RunAsync(caller, spec, cancellationToken).ConfigureAwait(false)).ToHttp();
    }
}
