using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Takt.Datasets.Catalogue;
using Takt.Datasets.Definition;
using Takt.Datasets.Deliveries;
using Takt.Datasets.Engine;
using Takt.Datasets.Versions;
using Takt.Kernel;

namespace Takt.Datasets;

/// <summary>The catalogue of datasets, what is delivered to them, and the frozen versions that come of it.</summary>
public sealed class DatasetsModule : IModule
{
    public string Name => "datasets";

    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton<DataEngine>();
        services.AddSingleton<DatasetStore>();
        services.AddSingleton<VersionStore>();
        services.AddSingleton<DeliveryStore>();
        services.AddSingleton<DefineDataset>();
        services.AddSingleton<DeliverDataset>();
        services.AddSingleton<IDatasets, DatasetCatalogue>();
        services.AddSingleton<IDefinitionPart, DatasetsDefinition>();
    }

    public void MapEndpoints(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/v1/projects/{project}/datasets").WithTags("Datasets");
        DatasetEndpoints.Map(group);
        DeliveryEndpoints.Map(group);
        VersionEndpoints.Map(group);
    }
}
