using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Takt.Access.Requests;
using Takt.Access.State;
using Takt.Kernel;

namespace Takt.Access.Tokens;

internal static class TokenEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/v1/projects/{project}/tokens").WithTags("Access");
        group.MapGet("/", ListAsync).Needs(Permission.AccessRead);
        // Admins alone: a token that could issue tokens would outlive itself.
        group.MapPost("/", IssueAsync).Needs(Permission.AccessAdminister).AnswersASecret();
        group.MapDelete("/{token}", RevokeAsync).Needs(Permission.AccessAdminister);
    }

    private static async Task<IResult> ListAsync(Caller caller, AccessState state, CancellationToken cancellationToken)
    {
        var snapshot = await state.CurrentAsync(cancellationToken).ConfigureAwait(false);
        var shown = snapshot.Tokens.Values.Where(t => t.Parent is null && t.Project == caller.Project)
            .OrderBy(t => t.CreatedAt).Select(t => new ShownToken(t.Id, t.Actor, t.Role, t.Purpose, t.CreatedAt, t.ExpiresAt));
        return Results.Json(new Page<ShownToken>([.. shown], null), TaktJson.Options);
    }

    private static async Task<IResult> IssueAsync(Caller caller, TokenRequest body, ITokens tokens, CancellationToken cancellationToken)
    {
        if (body.Days is <= 0 or > 366) return Problem.Invalid("token-lifetime-invalid", "A token lives 1 to 366 days.", "Ask for less.").ToHttp();
        var issued = await tokens.IssueAsync(caller, body.Actor ?? caller.Actor, caller.Project, body.Role, body.Purpose ?? "", TimeSpan.FromDays(body.Days ?? 90), cancellationToken).ConfigureAwait(false);
        return Results.Json(issued, TaktJson.Options, statusCode: StatusCodes.Status201Created);
    }

    /// <summary>Tokens of the project alone: those that reach further are the server's admin's to revoke.</summary>
    private static async Task<IResult> RevokeAsync(Caller caller, string token, ITokens tokens, AccessState state, CancellationToken cancellationToken)
    {
        var snapshot = await state.CurrentAsync(cancellationToken).ConfigureAwait(false);
        if (!Id.TryParse<TokenId>(token, out var id) || snapshot.Tokens.Values.FirstOrDefault(t => t.Id == id) is not { } found
            || (found.Project != caller.Project && !(found.Project is null && snapshot.EverywhereRoleOf(caller.Actor) == Role.Admin)))
            return Problem.NotFound("token-not-found", $"The project has no live token {token}.").ToHttp();
        await tokens.RevokeAsync(caller, id, cancellationToken).ConfigureAwait(false);
        return Results.NoContent();
    }

    private sealed record TokenRequest(ActorId? Actor, Role Role, string? Purpose, int? Days);

    private sealed record ShownToken(TokenId Id, ActorId Actor, Role? Role, string Purpose, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt);
}
