using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Takt.Kernel;

namespace Takt.Quality;

/// <summary>Checks of deliveries, and the gate that candidates must pass.</summary>
public sealed class QualityModule : IModule
{
    public string Name => "quality";

    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        services.AddChecks();
        services.AddGate();
    }

    public void MapEndpoints(IEndpointRouteBuilder routes) => routes.MapGate();
}
