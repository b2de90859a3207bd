using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Takt.Access.Requests;
using Takt.Access.State;
using Takt.Kernel;

namespace Takt.Access.Projects;

internal static class ProjectEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/v1/projects").WithTags("Projects");
        group.MapGet("/", ListAsync).NeedsSignIn();
        group.MapPost("/", CreateAsync).NeedsInEveryProject(Permission.ProjectsAdminister);
        group.MapGet("/{project}", FindAsync).Needs(Permission.ProjectsRead);
    }

    /// <summary>Those that the caller may enter: of the others it learns nothing.</summary>
    private static async Task<IResult> ListAsync(HttpContext context, AccessState state, CancellationToken cancellationToken)
    {
        var principal = context.Features.Get<Principal>()!;
        var snapshot = await state.CurrentAsync(cancellationToken).ConfigureAwait(false);
        var mine = snapshot.Projects.Values.Where(p => (principal.Token is { } token ? snapshot.RoleOf(token, p.Id) : snapshot.RoleOf(principal.Actor.Id, p.Id)) is not null);
        return Results.Json(new Page<Project>([.. mine.OrderBy(p => p.Name, StringComparer.Ordinal)], null), TaktJson.Options);
    }

    private static async Task<IResult> CreateAsync(Caller caller, NewProject body, CreateProject create, CancellationToken cancellationToken) =>
        (await create.RunAsync(caller, body.Name, cancellationToken).ConfigureAwait(false))
            .Switch(project => Results.Json(project, TaktJson.Options, statusCode: StatusCodes.Status201Created), problem => problem.ToHttp());

    private static async Task<IResult> FindAsync(Caller caller, IProjects projects, CancellationToken cancellationToken) =>
        Results.Json(await projects.FindAsync(caller.Project, cancellationToken).ConfigureAwait(false), TaktJson.Options);

    private sealed record NewProject(string? Name);
}
