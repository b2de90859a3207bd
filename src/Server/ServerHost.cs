using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Takt.Kernel;
using Takt.Records;
using Takt.Server.Endpoints;
using Takt.Server.Overview;

namespace Takt.Server;

/// <summary>The control plane: one ASP.NET Core process made of the modules in <see cref="ModuleList"/>.</summary>
public static class ServerHost
{
    /// <summary>Serves until <paramref name="cancellationToken"/>, SIGTERM or Ctrl-C.</summary>
    /// <exception cref="MigrationException">The schema could not be brought up to date.</exception>
    public static async Task RunAsync(ServerOptions options, CancellationToken cancellationToken)
    {
        await using var app = await BuildAsync(options, cancellationToken).ConfigureAwait(false);
        await app.RunAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The same, built and migrated but not started.</summary>
    public static async Task<WebApplication> BuildAsync(ServerOptions options, CancellationToken cancellationToken)
    {
        var database = await Connections.OpenAsync(options.DatabaseConnection, ModuleList.All, TimeProvider.System, cancellationToken).ConfigureAwait(false);
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory }); // never settings from whatever folder it was started in
        Configure(builder, options);
        builder.Services.AddSingleton(database);
        builder.Services.AddSingleton<LoopReading>();
        foreach (var module in ModuleList.All) module.AddServices(builder.Services, builder.Configuration);

        var app = builder.Build();
        app.UseTaktPipeline();
        HealthEndpoints.Map(app);
        OverviewEndpoint.Map(app);
        foreach (var module in ModuleList.All) module.MapEndpoints(app);
        return app;
    }

    private static void Configure(WebApplicationBuilder builder, ServerOptions options)
    {
        builder.Configuration.AddInMemoryCollection(Settings(options));
        builder.Logging.ClearProviders().AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.UseUtcTimestamp = true;
            console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
            console.ColorBehavior = Microsoft.Extensions.Logging.Console.LoggerColorBehavior.Disabled;
        });
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning).AddFilter("Microsoft.Hosting.Lifetime", LogLevel.Information);
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton(options.Home);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.ConfigureHttpJsonOptions(json => TaktJson.Configure(json.SerializerOptions));
        builder.Services.AddProblemDetails();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(10));
        builder.WebHost.ConfigureKestrel(kestrel => Listen(kestrel, options));
    }

    private static Dictionary<string, string?> Settings(ServerOptions options)
    {
        var settings = new Dictionary<string, string?>
        {
            ["Takt:Home"] = options.Home.Folder,
            ["Takt:DataPlaneUrl"] = options.DataPlaneUrl,
            ["Takt:Anonymous"] = options.Anonymous?.ToString(),
        };
        for (var i = 0; i < options.AllowedHosts.Count; i++) settings[$"Takt:AllowedHosts:{i}"] = options.AllowedHosts[i];
        return settings;
    }

    private static void Listen(KestrelServerOptions kestrel, ServerOptions options)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = 64 << 20; // an endpoint that streams more says so itself
        if (options.ListenFd is { } fd) kestrel.ListenHandle((ulong)fd);
        else
        {
            var url = new Uri(options.Url);
            kestrel.Listen(System.Net.IPAddress.TryParse(url.Host, out var address) ? address : System.Net.IPAddress.Loopback, url.Port);
        }
    }
}
