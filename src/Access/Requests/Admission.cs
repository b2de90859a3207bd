using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Takt.Access.Roles;
using Takt.Access.State;
using Takt.Kernel;

namespace Takt.Access.Requests;

/// <summary>
/// Decides each request from the endpoint's stated permission and what stands in memory; asks the database nothing. In order: is the host ours,
/// does the endpoint say who may call it, who calls, is it our own page that calls, in which project, with which role.
/// </summary>
internal sealed class Admission(RequestDelegate next, AccessState state, Origins origins, Refusals refusals, TimeProvider time)
{
    /// <summary>MLflow's clients name their workspace so; ours use the second.</summary>
    private static readonly string[] projectHeaders = ["X-MLFLOW-WORKSPACE", "X-Takt-Project"];

    public async Task InvokeAsync(HttpContext context)
    {
        if (await RefuseAsync(context).ConfigureAwait(false) is not { } refusal) await next(context).ConfigureAwait(false);
        else
        {
            refusals.Count(refusal.Actor, refusal.Project, refusal.Problem.Type);
            if (refusal.Problem.Status == 401) context.Response.Headers.WWWAuthenticate = "Bearer realm=\"takt\"";
            await refusal.Problem.ToHttp().ExecuteAsync(context).ConfigureAwait(false);
        }
    }

    private async ValueTask<Refusal?> RefuseAsync(HttpContext context)
    {
        if (!origins.IsOurHost(context.Request)) return new Refusal(AccessProblems.WrongHost);
        // Nothing answers there, or routing itself does (405, 415): no handler of ours runs.
        if (context.GetEndpoint() is not RouteEndpoint endpoint) return null;
        if (endpoint.Metadata.GetMetadata<OpenToStrangers>() is not null) return Origins.IsOurPage(context.Request, ambient: false) ? null : new Refusal(AccessProblems.ForeignPage);
        var required = endpoint.Metadata.GetMetadata<RequiredPermission>();
        if (required is null && endpoint.Metadata.GetMetadata<AnySignedIn>() is null) return new Refusal(AccessProblems.Unstated);

        var snapshot = await state.CurrentAsync(context.RequestAborted).ConfigureAwait(false);
        var presented = Presented.Of(context.Request);
        if (Identify(snapshot, presented, context) is not { } principal) return new Refusal(presented is null ? AccessProblems.NoCredential : AccessProblems.BadCredential);
        if (!Origins.IsOurPage(context.Request, ambient: presented?.Ambient ?? true)) return new Refusal(AccessProblems.ForeignPage, principal.Actor.Id);
        context.Features.Set(principal);
        return required is null ? null : Authorise(snapshot, principal, required, context);
    }

    private Principal? Identify(AccessSnapshot snapshot, Presented? presented, HttpContext context)
    {
        if (presented is null)
            return snapshot.Everywhere.ContainsKey(Actor.Anonymous) && IsOnThisMachine(context.Connection) && snapshot.Actors.TryGetValue(Actor.Anonymous, out var anonymous)
                ? new Principal(anonymous, null) : null;
        if (!snapshot.Tokens.TryGetValue(presented.Sha256, out var token) || token.ExpiresAt <= time.GetUtcNow()) return null;
        // A session opens nothing as a bearer's token, nor a token as a cookie: each is what it was made for.
        if (presented.Ambient != token.Parent is not null) return null;
        return snapshot.Actors.TryGetValue(token.Actor, out var actor) && !actor.Disabled ? new Principal(actor, token) : null;
    }

    private static Refusal? Authorise(AccessSnapshot snapshot, Principal principal, RequiredPermission required, HttpContext context)
    {
        var actor = principal.Actor.Id;
        if (principal.Token is { IsDataPlane: true })
        {
            context.Features.Set(new Caller(actor, ProjectId.Default, Role.Viewer));
            return RolePermissions.DataPlane.Contains(required.Permission) ? null : new Refusal(AccessProblems.PermissionMissing(required.Permission, Role.Viewer), actor);
        }

        if (NamedProject(context, out var ambiguous) is not { } name)
        {
            if (ambiguous) return new Refusal(AccessProblems.TwoProjects, actor);
            var own = principal.Token?.Project ?? ProjectId.Default;
            name = snapshot.Projects.TryGetValue(own, out var standing) ? standing.Name : "default";
        }
        if (!snapshot.ProjectsByName.TryGetValue(name, out var project) || RoleIn(snapshot, principal, project.Id) is not { } role)
        {
            if (!required.InEveryProject) return new Refusal(AccessProblems.ProjectHidden(name), actor);
            return new Refusal(AccessProblems.NotEverywhere(required.Permission), actor);
        }
        if (required.InEveryProject)
        {
            var everywhere = principal.Token is { } token ? snapshot.EverywhereRoleOf(token) : snapshot.EverywhereRoleOf(actor);
            if (everywhere is not { } held || !RolePermissions.Of(held).Contains(required.Permission)) return new Refusal(AccessProblems.NotEverywhere(required.Permission), actor, project.Id);
        }
        else if (!RolePermissions.Of(role).Contains(required.Permission)) return new Refusal(AccessProblems.PermissionMissing(required.Permission, role), actor, project.Id);
        context.Features.Set(new Caller(actor, project.Id, role));
        return null;
    }

    private static Role? RoleIn(AccessSnapshot snapshot, Principal principal, ProjectId project) =>
        principal.Token is { } token ? snapshot.RoleOf(token, project) : snapshot.RoleOf(principal.Actor.Id, project);

    /// <summary>The route names the project; where it has none, a header may. Only one of them, and only once.</summary>
    private static string? NamedProject(HttpContext context, out bool ambiguous)
    {
        ambiguous = false;
        if (context.GetRouteValue("project") is string routed) return routed;
        string? named = null;
        foreach (var header in projectHeaders)
        {
            var values = context.Request.Headers[header];
            if (values.Count == 0) continue;
            ambiguous |= values.Count > 1 || (named is not null && named != values[0]);
            named = values[0];
        }
        return ambiguous ? null : named;
    }

    private static bool IsOnThisMachine(ConnectionInfo connection) =>
        connection.RemoteIpAddress is { } remote && IPAddress.IsLoopback(remote) && connection.LocalIpAddress is { } local && IPAddress.IsLoopback(local);

    private sealed record Refusal(Problem Problem, ActorId? Actor = null, ProjectId? Project = null);
}
