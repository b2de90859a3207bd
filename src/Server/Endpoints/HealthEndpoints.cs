using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Takt.Kernel;
using Takt.Records;

namespace Takt.Server.Endpoints;

/// <summary>What supervisors and MLflow's clients ask before they sign in.</summary>
internal static class HealthEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/health", () => "OK").IsOpenToStrangers("A supervisor asks before it has a token; it says nothing but that the process answers.");
        routes.MapGet("/ready", ReadyAsync).IsOpenToStrangers("A load balancer asks before it sends requests; it says nothing but whether the database answers.");
    }

    private static async Task<IResult> ReadyAsync(ITaktDatabase database, CancellationToken cancellationToken)
    {
        try
        {
            await database.App.Command("SELECT 1").RunAsync(cancellationToken).ConfigureAwait(false);
            return Results.Text("OK");
        }
        catch (Npgsql.NpgsqlException)
        {
            return Results.Text("The database does not answer.", statusCode: StatusCodes.Status503ServiceUnavailable);
        }
    }
}
