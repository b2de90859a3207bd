using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Takt.Kernel;

namespace Takt.Web;

/// <summary>The page: static files that read nothing but the public API.</summary>
public sealed class WebModule : IModule
{
    private const string Why = "The page's own files; they hold no data. What it shows it asks the API for, as whoever is signed in.";

    public string Name => "web";

    public Assembly? Migrations => null;

    public void AddServices(IServiceCollection services, IConfiguration configuration) => services.AddSingleton<PageFiles>();

    public void MapEndpoints(IEndpointRouteBuilder routes)
    {
        foreach (var address in new[] { "/", "/signin", "/p/{project}", "/p/{project}/{**rest}" }) routes.MapGet(address, ServePage.Page).IsOpenToStrangers(Why).ExcludeFromDescription();
        routes.MapGet("/app/{**path}", ServePage.File).IsOpenToStrangers(Why).ExcludeFromDescription();
    }
}
