using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Takt.Kernel;

namespace Takt.Serving;

/// <summary>Serving's part of the control plane: deployments, rollouts, truth, and the copy of the inference log. The data plane itself is <see cref="DataPlaneHost"/>.</summary>
public sealed class ServingModule : IModule
{
    public string Name => "serving";

    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton<DeploymentStore>();
        services.AddSingleton<SegmentStore>();
        services.AddSingleton<DataPlaneBoard>();
        services.AddSingleton<TrafficWatch>();
        services.AddSingleton<DeploymentView>();
        services.AddSingleton<RolloutActions>();
        services.AddSingleton<RolloutController>();
        services.AddSingleton<PlanMaker>();
        services.AddSingleton(p => new TruthBook(Folder(p, "truth")));
        services.AddSingleton(p => new LogReceiver(Folder(p, "segments"), p.GetRequiredService<SegmentStore>(), p.GetRequiredService<ILogger<LogReceiver>>()));
        services.AddSingleton(p => ActivatorUtilities.CreateInstance<SegmentConverter>(p, Folder(p, "work")));
        services.AddSingleton<IInferenceLog, InferenceLogReader>();
        services.AddSingleton<IDeployments, DeploymentUse>();
        services.AddSingleton<IDefinitionPart, DeploymentsDefinition>();
        services.AddHostedService<ServingStart>();
        services.AddHostedService(p => p.GetRequiredService<PlanMaker>());
        services.AddHostedService(p => p.GetRequiredService<SegmentConverter>());
        services.AddHostedService(p => p.GetRequiredService<RolloutController>());
    }

    public void MapEndpoints(IEndpointRouteBuilder routes)
    {
        DeploymentEndpoints.Map(routes);
        DataPlaneEndpoints.Map(routes);
    }

    private static string Folder(IServiceProvider services, string name) => Path.Combine(services.GetRequiredService<TaktHome>().Folder, "serving", name);
}
