using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Takt.Definitions.Applied;
using Takt.Definitions.Reading;
using Takt.Kernel;

namespace Takt.Definitions;

/// <summary>takt.yaml: read, planned, applied. Each module brings the part that it owns (<see cref="IDefinitionPart"/>).</summary>
public sealed class DefinitionsModule : IModule
{
    public string Name => "definitions";

    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton<DefinitionReader>();
        services.AddSingleton<AppliedStore>();
        services.AddSingleton<DefinitionUse>();
    }

    public void MapEndpoints(IEndpointRouteBuilder routes) => DefinitionEndpoints.Map(routes);
}
