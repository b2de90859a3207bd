using Microsoft.Extensions.DependencyInjection;

namespace Takt.Quality;

/// <summary>What the checks need.</summary>
internal static class ChecksRegistration
{
    public static void AddChecks(this IServiceCollection services)
    {
    }
}
