using Microsoft.Extensions.DependencyInjection;
using Takt.Datasets;

namespace Takt.Quality;

/// <summary>What the checks need.</summary>
internal static class ChecksRegistration
{
    public static void AddChecks(this IServiceCollection services) => services.AddSingleton<IDeliveryInspector, DeliveryInspection>();
}
