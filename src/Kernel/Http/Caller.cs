using System.Reflection;
using Microsoft.AspNetCore.Http;

namespace Takt.Kernel;

/// <summary>Who calls, and in which project: set by Access after the permission was checked. A handler takes it as a parameter.</summary>
/// <param name="Actor">Pseudonymous.</param>
/// <param name="Project">The project that the route, the token or the workspace header names.</param>
/// <param name="Role">What the caller is in that project.</param>
public sealed record Caller(ActorId Actor, ProjectId Project, Role Role)
{
    /// <summary>Takt itself, acting in a project.</summary>
    public static Caller System(ProjectId project) => new(ActorId.System, project, Role.Admin);

    /// <summary>Binds a handler's parameter.</summary>
    public static ValueTask<Caller?> BindAsync(HttpContext context, ParameterInfo parameter) =>
        ValueTask.FromResult<Caller?>(context.Features.Get<Caller>() ?? throw new InvalidOperationException(
            $"{context.Request.Path} takes a Caller but Access let nobody in: state its permission."));
}
