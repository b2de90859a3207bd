using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Takt.Artifacts;
using Takt.Kernel;

namespace Takt.Serving;

/// <summary>What data planes ask and bring.</summary>
internal static class DataPlaneEndpoints
{
    private static readonly TimeSpan Held = TimeSpan.FromSeconds(20);

    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/v1/data-plane");
        group.MapGet("plan", PlanAsync).Needs(Permission.DataPlaneServe);
        group.MapPost("ack", AcknowledgeAsync).Needs(Permission.DataPlaneServe);
        group.MapGet("models/{digest}", ModelAsync).Needs(Permission.DataPlaneServe);
        group.MapPost("segments/{segment}", SegmentAsync).Needs(Permission.DataPlaneServe);
    }

    private static async Task<IResult> PlanAsync(HttpContext context, long after, string? tokens, long seal, DataPlaneBoard board, PlanMaker plans, CancellationToken cancellationToken)
    {
        if (Who(context) is not { } dataPlane) return Unnamed();
        if (tokens == "refresh" || board.Plan is null) await plans.CheckAsync(cancellationToken).ConfigureAwait(false);
        var orders = await board.OrdersAsync(dataPlane, after, tokens ?? "", seal, Held, cancellationToken).ConfigureAwait(false);
        return orders is null ? Results.NoContent() : Results.Json(orders, TaktJson.Options);
    }

    private static async Task<IResult> AcknowledgeAsync(HttpContext context, DataPlaneReport report, DataPlaneBoard board, DeploymentStore store, TimeProvider time, CancellationToken cancellationToken)
    {
        if (Who(context) is not { } dataPlane) return Unnamed();
        board.Acknowledge(dataPlane, report);
        await store.SeenAsync(dataPlane, report.Generation, time.GetUtcMicroseconds(), cancellationToken).ConfigureAwait(false);
        return Results.NoContent();
    }

    private static async Task<IResult> ModelAsync(Digest digest, DeploymentStore store, IArtifactStore artifacts, CancellationToken cancellationToken)
    {
        if (await store.ProjectOfModelAsync(digest, cancellationToken).ConfigureAwait(false) is not { } project) return Problem.NotFound("model-not-found", $"No revision has the model {digest.Short}.").ToHttp();
        return Results.Stream(await artifacts.OpenAsync(project, digest, cancellationToken).ConfigureAwait(false), "application/octet-stream");
    }

    private static async Task<IResult> SegmentAsync(HttpContext context, string segment, long offset, long? length, LogReceiver receiver, DataPlaneBoard board, CancellationToken cancellationToken)
    {
        if (Who(context) is not { } dataPlane) return Unnamed();
        if (!Guid.TryParseExact(segment, "N", out var id) || offset < 0) return Problem.Invalid("segment-malformed", "A segment has an id of 32 hex digits and an offset from 0.").ToHttp();
        board.Heard(dataPlane);
        try
        {
            return Results.Json(await receiver.AppendAsync(id, offset, context.Request.Body, length, cancellationToken).ConfigureAwait(false), TaktJson.Options);
        }
        catch (InvalidDataException e)
        {
            return Problem.Invalid("segment-malformed", e.Message).ToHttp();
        }
    }

    private static Guid? Who(HttpContext context) => Guid.TryParseExact(context.Request.Headers["X-Takt-Data-Plane"], "N", out var id) ? id : null;

    private static IResult Unnamed() => Problem.Invalid("data-plane-unnamed", "A data plane says who it is in X-Takt-Data-Plane.").ToHttp();
}
