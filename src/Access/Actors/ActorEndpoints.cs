using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Takt.Access.State;
using Takt.Kernel;

namespace Takt.Access.Actors;

internal static class ActorEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/v1/projects/{project}/actors").WithTags("Access");
        group.MapGet("/", ListAsync).Needs(Permission.AccessRead);
        group.MapPost("/", CreateAsync).Needs(Permission.AccessAdminister);
        group.MapPut("/{actor}/role", GrantAsync).Needs(Permission.AccessAdminister);
        group.MapDelete("/{actor}/role", RevokeAsync).Needs(Permission.AccessAdminister);
        routes.MapPost("/api/v1/actors/{actor}/disable", DisableAsync).NeedsInEveryProject(Permission.AccessAdminister).WithTags("Access");
    }

    /// <summary>Who has a role in the project.</summary>
    private static async Task<IResult> ListAsync(Caller caller, AccessState state, CancellationToken cancellationToken)
    {
        var snapshot = await state.CurrentAsync(cancellationToken).ConfigureAwait(false);
        var here = snapshot.Actors.Values.Where(a => a.Kind != ActorKind.System)
            .Select(a => (Actor: a, Role: snapshot.RoleOf(a.Id, caller.Project))).Where(a => a.Role is not null)
            .Select(a => new ShownActor(a.Actor.Id, a.Actor.Name, a.Actor.Kind, a.Actor.Disabled, a.Role!.Value, snapshot.Everywhere.ContainsKey(a.Actor.Id)))
            .OrderBy(a => a.Name, StringComparer.Ordinal);
        return Results.Json(new Page<ShownActor>([.. here], null), TaktJson.Options);
    }

    private static async Task<IResult> CreateAsync(Caller caller, NewActor body, ChangeActors change, CancellationToken cancellationToken) =>
        (await change.CreateAsync(caller, body.Name, body.Kind, body.Role, cancellationToken).ConfigureAwait(false))
            .Switch(actor => Results.Json(actor, TaktJson.Options, statusCode: StatusCodes.Status201Created), problem => problem.ToHttp());

    private static async Task<IResult> GrantAsync(Caller caller, string actor, NewRole body, ChangeActors change, CancellationToken cancellationToken) =>
        (await change.GrantAsync(caller, actor, body.Role, cancellationToken).ConfigureAwait(false)).ToHttp();

    private static async Task<IResult> RevokeAsync(Caller caller, string actor, ChangeActors change, CancellationToken cancellationToken) =>
        (await change.GrantAsync(caller, actor, null, cancellationToken).ConfigureAwait(false)).ToHttp();

    private static async Task<IResult> DisableAsync(Caller caller, string actor, ChangeActors change, CancellationToken cancellationToken) =>
        (await change.DisableAsync(caller, actor, cancellationToken).ConfigureAwait(false)).ToHttp();

    private sealed record NewActor(string? Name, ActorKind Kind, Role? Role);

    private sealed record NewRole(Role Role);

    /// <param name="Everywhere">The role comes from a grant in every project.</param>
    private sealed record ShownActor(ActorId Id, string Name, ActorKind Kind, bool Disabled, Role Role, bool Everywhere);
}
