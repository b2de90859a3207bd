using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Takt.Kernel;
using Takt.Tracking.MLflow;

namespace Takt.Tracking;

/// <summary>Experiments, runs and what they log.</summary>
public sealed class TrackingModule : IModule
{
    public string Name => "tracking";

    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton<ExperimentStore>();
        services.AddSingleton<ExperimentEdits>();
        services.AddSingleton<ExperimentSearch>();
        services.AddSingleton<RunStore>();
        services.AddSingleton<RunSearch>();
        services.AddSingleton<RunLinkStore>();
        services.AddSingleton<RunDataStore>();
        services.AddSingleton<RunArtifactStore>();
        services.AddSingleton<ProxyFileStore>();
        services.AddSingleton<IProxiedArtifacts, ProxiedArtifacts>();
        services.AddSingleton<LoggedModelStore>();
        services.AddSingleton<LoggedModelSearch>();
        services.AddSingleton<RunLogStore>();
        services.AddSingleton<RunLog>();
        services.AddSingleton<MetricBlockStore>();
        services.AddSingleton<MetricFolding>();
        services.AddHostedService(p => p.GetRequiredService<MetricFolding>());
        services.AddHostedService<DefaultExperiment>();
        services.AddSingleton<ITracking, Tracking>();
    }

    public void MapEndpoints(IEndpointRouteBuilder routes)
    {
        routes.MapTracking();
        ExperimentRoutes.Map(routes);
        RunRoutes.Map(routes);
        LoggingRoutes.Map(routes);
        MetricRoutes.Map(routes);
        ArtifactRoutes.Map(routes);
        LoggedModelRoutes.Map(routes);
        ServerRoutes.Map(routes);
    }
}
