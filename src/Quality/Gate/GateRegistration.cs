using Microsoft.Extensions.DependencyInjection;
using Takt.Kernel;

namespace Takt.Quality;

/// <summary>What the gate needs.</summary>
internal static class GateRegistration
{
    public static void AddGate(this IServiceCollection services)
    {
        services.AddSingleton<GateSpecStore>();
        services.AddSingleton<VerdictStore>();
        services.AddSingleton<IModelProbing, ProbeChild>();
        services.AddSingleton<IGate, ValidationGate>();
        services.AddSingleton<IDefinitionPart, GatesDefinition>();
    }
}
