using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Takt.Kernel;
using Takt.Registry;

namespace Takt.Serving;

/// <summary>Deployments over HTTP.</summary>
internal static class DeploymentEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/v1/projects/{project}/deployments");
        group.MapGet("", ListAsync).Needs(Permission.DeploymentsRead);
        group.MapGet("{deployment}", GetAsync).Needs(Permission.DeploymentsRead);
        group.MapGet("{deployment}/history", HistoryAsync).Needs(Permission.DeploymentsRead);
        group.MapGet("{deployment}/progress", ProgressAsync).Needs(Permission.DeploymentsRead);
        group.MapGet("{deployment}/rollouts/{rollout}", RolloutAsync).Needs(Permission.DeploymentsRead);
        group.MapPost("{deployment}/deploy", DeployAsync).Needs(Permission.DeploymentsWrite);
        group.MapPost("{deployment}/roll-back", RollBackAsync).Needs(Permission.DeploymentsRollBack);
        group.MapPost("{deployment}/truth", TruthEndpoint.PostAsync).Needs(Permission.TruthWrite);
    }

    private static async Task<IResult> ListAsync(Caller caller, IDeployments deployments, CancellationToken cancellationToken) =>
        Results.Json(await deployments.ListAsync(caller.Project, cancellationToken).ConfigureAwait(false), TaktJson.Options);

    private static async Task<IResult> GetAsync(Caller caller, string deployment, IDeployments deployments, CancellationToken cancellationToken) =>
        await deployments.FindAsync(caller.Project, deployment, cancellationToken).ConfigureAwait(false) is { } found ? Results.Json(found, TaktJson.Options) : DeploymentUse.NotFound(deployment).ToHttp();

    private static async Task<IResult> HistoryAsync(Caller caller, string deployment, DeploymentView view, int? limit, CancellationToken cancellationToken) =>
        Results.Json(await view.HistoryAsync(caller.Project, deployment, Math.Clamp(limit ?? 50, 1, 500), cancellationToken).ConfigureAwait(false), TaktJson.Options);

    private static async Task<IResult> ProgressAsync(Caller caller, string deployment, IInferenceLog log, CancellationToken cancellationToken) =>
        Results.Json(await log.ProgressAsync(caller.Project, deployment, cancellationToken).ConfigureAwait(false), TaktJson.Options);

    private static async Task<IResult> RolloutAsync(Caller caller, string deployment, RolloutId rollout, DeploymentView view, RolloutController controller, DataPlaneBoard board, CancellationToken cancellationToken)
    {
        if (await view.RolloutAsync(caller.Project, rollout, cancellationToken).ConfigureAwait(false) is not { } found || found.Deployment != deployment)
            return Problem.NotFound("rollout-not-found", $"Deployment '{deployment}' has no rollout {rollout}.").ToHttp();
        // What the judge sees now stands beside what was decided.
        var now = found.Status == RolloutStatus.Running ? controller.Latest(new(caller.Project, deployment)) : null;
        return Results.Json(new RolloutShown(found, now?.Reason, now?.Evidence, board.ShadowsDropped), TaktJson.Options);
    }

    private static async Task<IResult> DeployAsync(Caller caller, string deployment, DeployRequest request, IDeployments deployments, IRegistry registry, CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(request.Reason)) return Problem.Invalid("reason-missing", "A deployment needs a reason: it goes on record.").ToHttp();
        if (await deployments.FindAsync(caller.Project, deployment, cancellationToken).ConfigureAwait(false) is not { } found) return DeploymentUse.NotFound(deployment).ToHttp();
        var reference = request switch
        {
            { Version: { } version, Alias: null } => version.AsSpan().ContainsAny('/', '@') ? version : $"{found.Spec.Model}/{version}",
            { Version: null, Alias: { } alias } => alias.Contains('@', StringComparison.Ordinal) ? alias : $"{found.Spec.Model}@{alias}",
            _ => null,
        };
        if (reference is null) return Problem.Invalid("version-missing", "Name what shall be deployed: 'version' (flight-late/3 or 3) or 'alias', one of them.").ToHttp();
        var resolved = await registry.ResolveAsync(caller.Project, reference, cancellationToken).ConfigureAwait(false);
        if (resolved.Problem is { } problem) return problem.ToHttp();
        return (await deployments.DeployAsync(caller, deployment, resolved.Value, request.SkipShadow, request.Reason, cancellationToken).ConfigureAwait(false)).ToHttp();
    }

    private static async Task<IResult> RollBackAsync(Caller caller, string deployment, RollBackRequest request, IDeployments deployments, CancellationToken cancellationToken) =>
        string.IsNullOrWhiteSpace(request.Reason)
            ? Problem.Invalid("reason-missing", "A rollback needs a reason: it goes on record.").ToHttp()
            : (await deployments.RollBackAsync(caller, deployment, request.Revision, request.Reason, cancellationToken).ConfigureAwait(false)).ToHttp();
}

/// <param name="Version"><c>flight-late/3</c>, or <c>3</c>.</param>
/// <param name="Alias"><c>challenger</c>.</param>
/// <param name="SkipShadow">Goes live at the first stage above 0.</param>
internal sealed record DeployRequest(string? Version, string? Alias, string? Reason, bool SkipShadow = false);

/// <param name="Revision">Null: the one before.</param>
internal sealed record RollBackRequest(int? Revision, string? Reason);

/// <param name="Now">What the judge says at this moment; null where it is over.</param>
/// <param name="CopiesDropped">By all data planes since each started: copies for shadows that found the queue full, and so pairs that are missing.</param>
internal sealed record RolloutShown(Rollout Rollout, string? Now, IReadOnlyDictionary<string, double>? Figures, long CopiesDropped);
