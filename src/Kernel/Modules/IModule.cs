using System.Reflection;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Takt.Kernel;

/// <summary>A module's door: everything that the composition in Server needs to know of it.</summary>
public interface IModule
{
    /// <summary>Lower-case; also the name of its schema in PostgreSQL.</summary>
    string Name { get; }

    /// <summary>Where <c>Migrations/NNNN_*.sql</c> are embedded; null where it keeps no records.</summary>
    Assembly? Migrations => GetType().Assembly;

    void AddServices(IServiceCollection services, IConfiguration configuration);

    /// <summary>Every endpoint states its permission with <see cref="EndpointPermissions.Needs{TBuilder}"/>, or that strangers may call it.</summary>
    void MapEndpoints(IEndpointRouteBuilder routes);
}
