using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Takt.Journal;
using Takt.Kernel;
using Takt.Registry.MLflow;

namespace Takt.Registry;

/// <summary>Registered models, their versions, aliases and where they come from.</summary>
public sealed class RegistryModule : IModule
{
    public string Name => "registry";

    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton<ModelStore>();
        services.AddSingleton<VersionStore>();
        services.AddSingleton<RegisterModelVersion>();
        services.AddSingleton<MoveAlias>();
        services.AddSingleton<DependentsReader>();
        services.AddSingleton<IFactSubscriber>(p => p.GetRequiredService<DependentsReader>());
        services.AddSingleton<IRegistry, Registry>();
        services.AddSingleton<RecordedModels>();
        services.AddSingleton<RecordedVersions>();
        services.AddSingleton<ModelEdits>();
    }

    public void MapEndpoints(IEndpointRouteBuilder routes)
    {
        routes.MapRegistry();
        ModelRoutes.Map(routes);
        VersionRoutes.Map(routes);
    }
}
