using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Takt.Kernel;

namespace Takt.Monitoring;

/// <summary>Reference against current: data drift, prediction drift, calibration and performance with late labels, alerts.</summary>
public sealed class MonitoringModule : IModule
{
    public string Name => "monitoring";

    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton<MonitorStore>();
        services.AddSingleton<WindowStore>();
        services.AddSingleton<AlertStore>();
        services.AddSingleton<RaiseAlerts>();
        services.AddSingleton<Engine>();
        services.AddSingleton<ProfileStore>();
        services.AddSingleton<LookAtWindows>();
        services.AddSingleton<IDefinitionPart, MonitorsDefinition>();
        services.AddHostedService<Watch>();
    }

    public void MapEndpoints(IEndpointRouteBuilder routes)
    {
        var monitors = routes.MapGroup("/api/v1/projects/{project}/monitors");
        monitors.MapGet("", ListMonitors.Handle).Needs(Permission.MonitorsRead);
        monitors.MapGet("{monitor}/windows", ListWindows.Handle).Needs(Permission.MonitorsRead);
        monitors.MapPost("{monitor}/complete", DeclareComplete.Handle).Needs(Permission.MonitorsWrite);

        var alerts = routes.MapGroup("/api/v1/projects/{project}/alerts");
        alerts.MapGet("", AlertEndpoints.List).Needs(Permission.MonitorsRead);
        alerts.MapGet("{alert}", AlertEndpoints.Get).Needs(Permission.MonitorsRead);
        alerts.MapPost("{alert}/acknowledge", AlertEndpoints.Acknowledge).Needs(Permission.MonitorsWrite);
    }
}
