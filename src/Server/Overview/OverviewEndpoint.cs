using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Takt.Kernel;
using Takt.Serving;

namespace Takt.Server.Overview;

internal static class OverviewEndpoint
{
    /// <summary>GET overview : the whole of Home in one answer, so that its parts cannot disagree.</summary>
    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/api/v1/projects/{project}/overview", HandleAsync).WithTags("Overview").Needs(Permission.ProjectsRead);

    private static async Task<IResult> HandleAsync(Caller caller, string project, LoopReading reading, IDeployments deployments, ServerOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        var (loop, position) = await reading.ReadAsync(caller.Project, cancellationToken).ConfigureAwait(false);
        var standing = await deployments.ListAsync(caller.Project, cancellationToken).ConfigureAwait(false);
        var stages = Enum.GetValues<StageName>().Select(stage => Observed.Of(loop.Stages[stage], loop, standing)).ToArray();
        return Results.Json(new OverviewAnswer(project, time.GetUtcMicroseconds(), position, options.DataPlaneUrl, stages, loop.Attention, standing, loop.Recent), TaktJson.Options);
    }
}
