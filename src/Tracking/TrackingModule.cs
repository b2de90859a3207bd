using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Takt.Kernel;

namespace Takt.Tracking;

/// <summary>Experiments, runs and what they log.</summary>
public sealed class TrackingModule : IModule
{
    public string Name => "tracking";

    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton<ExperimentStore>();
        services.AddSingleton<RunStore>();
        services.AddSingleton<RunDataStore>();
        services.AddSingleton<RunArtifactStore>();
        services.AddSingleton<RunLogStore>();
        services.AddSingleton<RunLog>();
        services.AddSingleton<MetricBlockStore>();
        services.AddSingleton<MetricFolding>();
        services.AddHostedService(p => p.GetRequiredService<MetricFolding>());
        services.AddHostedService<DefaultExperiment>();
        services.AddSingleton<ITracking, Tracking>();
    }

    public void MapEndpoints(IEndpointRouteBuilder routes) => routes.MapTracking();
}
