using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Takt.Access.Requests;
using Takt.Access.Roles;
using Takt.Access.State;
using Takt.Kernel;

namespace Takt.Access.SignIn;

internal static class SignInEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/v1").WithTags("Sign-in");
        group.MapPost("/sign-in", SignInAsync).IsOpenToStrangers("Here a stranger becomes somebody: it takes a token or a one-time code and answers a cookie.");
        group.MapPost("/sign-out", SignOutAsync).NeedsSignIn();
        group.MapPost("/sign-in/links", LinkAsync).NeedsSignIn().AnswersASecret();
        group.MapGet("/me", MeAsync).NeedsSignIn();
    }

    private static async Task<IResult> SignInAsync(HttpContext context, SignInRequest body, Sessions sessions, Refusals refusals, CancellationToken cancellationToken)
    {
        var opened = body switch
        {
            { Token: { Length: > 0 and < 256 } token, Code: null } => await sessions.OpenByTokenAsync(token.Trim(), cancellationToken).ConfigureAwait(false),
            { Code: { Length: > 0 and < 256 } code, Token: null } => await sessions.OpenByCodeAsync(code, cancellationToken).ConfigureAwait(false),
            _ => Problem.Invalid("sign-in-invalid", "Signing in takes either a token or a code."),
        };
        if (opened.Problem is { } problem)
        {
            refusals.Count(null, null, problem.Type);
            return problem.ToHttp();
        }
        context.Response.Cookies.Append(Presented.Cookie, opened.Value.Text, Cookie(context, opened.Value.ExpiresAt));
        context.Response.Headers.CacheControl = "no-store";
        return Results.Json(new { opened.Value.ExpiresAt }, TaktJson.Options);
    }

    private static async Task<IResult> SignOutAsync(HttpContext context, Sessions sessions, CancellationToken cancellationToken)
    {
        if (context.Features.Get<Principal>()!.Token is { Parent: not null } session) await sessions.CloseAsync(session, cancellationToken).ConfigureAwait(false);
        context.Response.Cookies.Delete(Presented.Cookie, Cookie(context, null));
        return Results.NoContent();
    }

    private static async Task<IResult> LinkAsync(HttpContext context, Sessions sessions, CancellationToken cancellationToken)
    {
        // From a session no link: a stolen cookie would become a new one for ever.
        if (context.Features.Get<Principal>()!.Token is not { Parent: null, IsDataPlane: false } token)
            return new Problem("sign-in-link-needs-token", 403, "Only a token makes sign-in links.", "Call this with 'Authorization: Bearer TOKEN'.").ToHttp();
        context.Response.Headers.CacheControl = "no-store";
        return Results.Json(await sessions.LinkAsync(token, cancellationToken).ConfigureAwait(false), TaktJson.Options, statusCode: StatusCodes.Status201Created);
    }

    private static async Task<IResult> MeAsync(HttpContext context, AccessState state, CancellationToken cancellationToken)
    {
        var (actor, token) = context.Features.Get<Principal>()!;
        var snapshot = await state.CurrentAsync(cancellationToken).ConfigureAwait(false);
        var projects = snapshot.Projects.Values
            .Select(p => (Project: p, Role: token is null ? snapshot.RoleOf(actor.Id, p.Id) : snapshot.RoleOf(token, p.Id))).Where(p => p.Role is not null)
            .OrderBy(p => p.Project.Name, StringComparer.Ordinal)
            .Select(p => new MyProject(p.Project.Id, p.Project.Name, p.Role!.Value, [.. RolePermissions.Of(p.Role.Value).Order()]));
        context.Response.Headers.CacheControl = "no-store";
        return Results.Json(new Me(actor.Id, actor.Name, actor.Kind, token is null, token?.ExpiresAt, [.. projects]), TaktJson.Options);
    }

    private static CookieOptions Cookie(HttpContext context, DateTimeOffset? expires) =>
        new() { HttpOnly = true, SameSite = SameSiteMode.Strict, Secure = context.Request.IsHttps, Path = "/", Expires = expires, IsEssential = true };

    private sealed record SignInRequest(string? Token, string? Code);

    /// <param name="Anonymous">No credential was shown.</param>
    private sealed record Me(ActorId Actor, string Name, ActorKind Kind, bool Anonymous, DateTimeOffset? ExpiresAt, IReadOnlyList<MyProject> Projects);

    private sealed record MyProject(ProjectId Id, string Name, Role Role, IReadOnlyList<Permission> Permissions);
}
