using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Takt.Kernel;

namespace Takt.Quality;

internal static class GateEndpoints
{
    private const int MostVerdicts = 200;

    public static void MapGate(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/v1/projects/{project}").WithTags("Quality");
        group.MapGet("/gates", GatesAsync).Needs(Permission.QualityRead);
        group.MapGet("/verdicts", VerdictsAsync).Needs(Permission.QualityRead);
        group.MapGet("/verdicts/{verdict}", VerdictAsync).Needs(Permission.QualityRead);
        group.MapPost("/verdicts/{verdict}/override", OverrideAsync).Needs(Permission.QualityOverride);
    }

    private static async Task<IResult> GatesAsync(Caller caller, GateSpecStore specs, CancellationToken cancellationToken) =>
        Results.Json(await specs.ListAsync(caller.Project, cancellationToken).ConfigureAwait(false), TaktJson.Options);

    /// <summary>Newest first. <paramref name="page"/> is the last verdict seen.</summary>
    private static async Task<IResult> VerdictsAsync(Caller caller, VerdictStore verdicts, string? gate, int? limit, VerdictId? page, CancellationToken cancellationToken)
    {
        var count = Math.Clamp(limit ?? 50, 1, MostVerdicts);
        var found = await verdicts.ListAsync(caller.Project, gate, page, count, cancellationToken).ConfigureAwait(false);
        return Results.Json(new Page<Verdict>(found, found.Count == count ? found[^1].Id.ToString() : null), TaktJson.Options);
    }

    private static async Task<IResult> VerdictAsync(Caller caller, VerdictId verdict, IGate gate, CancellationToken cancellationToken) =>
        await gate.FindAsync(caller.Project, verdict, cancellationToken).ConfigureAwait(false) is { } found
            ? Results.Json(found, TaktJson.Options)
            : ValidationGate.NotFound(verdict).ToHttp();

    private static async Task<IResult> OverrideAsync(Caller caller, VerdictId verdict, OverrideRequest request, IGate gate, CancellationToken cancellationToken) =>
        (await gate.OverrideAsync(caller, verdict, request.Reason ?? "", cancellationToken).ConfigureAwait(false)).ToHttp();

    private sealed record OverrideRequest(string? Reason);
}
