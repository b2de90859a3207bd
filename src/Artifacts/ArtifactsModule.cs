using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Takt.Artifacts.Endpoints;
using Takt.Artifacts.Folder;
using Takt.Kernel;

namespace Takt.Artifacts;

/// <summary>Content-addressed blobs.</summary>
public sealed class ArtifactsModule : IModule
{
    public string Name => "artifacts";

    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton(configuration.GetSection("Takt:Artifacts").Get<ArtifactsOptions>() ?? new ArtifactsOptions());
        services.AddSingleton(provider => new BlobFolder(provider.GetRequiredService<ArtifactsOptions>().Folder ?? provider.GetRequiredService<TaktHome>().Artifacts));
        services.AddSingleton<FolderArtifactStore>();
        services.AddSingleton<IArtifactStore>(provider => provider.GetRequiredService<FolderArtifactStore>());
        services.AddHostedService<StartupSweep>();
    }

    public void MapEndpoints(IEndpointRouteBuilder routes) => ArtifactEndpoints.Map(routes);
}

/// <summary>A crash leaves temporary files alone behind; here they go.</summary>
internal sealed partial class StartupSweep(BlobFolder folder, ILogger<StartupSweep> log) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        var swept = folder.Sweep();
        if (swept > 0) LogSwept(swept, folder.Incoming);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(1101, LogLevel.Information, "Removed {Count} half-written artifacts from {Folder}.")]
    private partial void LogSwept(int count, string folder);
}
