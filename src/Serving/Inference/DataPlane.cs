using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Takt.Serving;

/// <summary>Puts the data plane's parts together, runs them, and takes them down in order.</summary>
internal static class DataPlane
{
    public static async Task RunAsync(DataPlaneOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(options.Folder);
        using var loggers = LoggerFactory.Create(b => b.SetMinimumLevel(LogLevel.Information).AddFilter("Microsoft", LogLevel.Warning)
            .AddSimpleConsole(c => c.SingleLine = true));
        using var client = new DataPlaneClient(options.ControlPlaneUrl, options.TokenFile, Identity(options.Folder));
        using var stage = new PlanStage(options.Folder, new ModelShelf(Path.Combine(options.Folder, "models")), loggers.CreateLogger<PlanStage>());
        using var inferenceLog = new InferenceLog(Path.Combine(options.Folder, "log"), options.SegmentBytes, time);
        using var shadows = new ShadowRunner(inferenceLog, options.ShadowQueue, loggers.CreateLogger<ShadowRunner>());
        var engine = new InferenceEngine(stage, inferenceLog, shadows, time);
        using var shipper = new SegmentShipper(inferenceLog.Shelf, client.ShipAsync, time, loggers.CreateLogger<SegmentShipper>());
        using var follower = new PlanFollower(client, stage, inferenceLog, shipper, () => engine.Counters, time, loggers.CreateLogger<PlanFollower>());
        await stage.RestoreAsync(cancellationToken).ConfigureAwait(false);

        using var server = Listen(options, loggers);
        var application = new InferenceApplication(stage, engine, follower.RefreshAsync, options, time, loggers.CreateLogger<InferenceApplication>());
        await server.StartAsync(application, cancellationToken).ConfigureAwait(false);
        options.Listening?.Invoke(server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() ?? options.Listen);

        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task[] loops = [follower.RunAsync(stopping.Token), shipper.RunAsync(stopping.Token), TendAsync(options, stage, inferenceLog, time, stopping.Token)];
        try
        {
            await (await Task.WhenAny(loops).ConfigureAwait(false)).ConfigureAwait(false); // a loop ends only when it is told to, or by a bug that must be seen
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
        }
        finally
        {
            using var drain = new CancellationTokenSource(TimeSpan.FromSeconds(5), time);
            await server.StopAsync(drain.Token).ConfigureAwait(false);
            await stopping.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(loops).ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default).ConfigureAwait(false);
            shadows.Dispose();
            inferenceLog.Dispose();
            await HandOverAsync(shipper, time).ConfigureAwait(false);
        }
    }

    /// <summary>Closes idle segments and stops runs that take too long.</summary>
    private static async Task TendAsync(DataPlaneOptions options, PlanStage stage, InferenceLog inferenceLog, TimeProvider time, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100), time);
        while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false))
        {
            inferenceLog.SealIdle(options.SegmentIdle);
            if (stage.Current is not { } snapshot) continue;
            foreach (var deployment in snapshot.Deployments)
                foreach (var arm in deployment.Arms)
                    arm.Model.StopOlder(options.Deadline);
        }
    }

    private static async Task HandOverAsync(SegmentShipper shipper, TimeProvider time)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(2), time);
        try
        {
            await shipper.TryShipAsync(limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // It lies on disk; the next process hands it over.
        }
    }

    private static KestrelServer Listen(DataPlaneOptions options, ILoggerFactory loggers)
    {
        var kestrel = new KestrelServerOptions { AddServerHeader = false, ApplicationServices = new ServiceCollection().AddSingleton(loggers).BuildServiceProvider() };
        kestrel.Limits.MaxRequestBodySize = options.MaxBodyBytes;
        kestrel.Limits.MaxRequestHeadersTotalSize = 16 << 10;
        if (options.Listen.StartsWith("fd:", StringComparison.Ordinal)) kestrel.ListenHandle(ulong.Parse(options.Listen.AsSpan(3), CultureInfo.InvariantCulture), l => l.Protocols = HttpProtocols.Http1);
        else
        {
            var url = new Uri(options.Listen);
            var address = url.HostNameType == UriHostNameType.Dns ? IPAddress.Loopback : IPAddress.Parse(url.Host.Trim('[', ']'));
            kestrel.Listen(address, url.Port, l => l.Protocols = HttpProtocols.Http1);
        }
        return new KestrelServer(Options.Create(kestrel), new SocketTransportFactory(Options.Create(new SocketTransportOptions()), loggers), loggers);
    }

    /// <summary>Who this data plane is, the same after a restart.</summary>
    private static Guid Identity(string folder)
    {
        var path = Path.Combine(folder, "id");
        if (File.Exists(path) && Guid.TryParseExact(File.ReadAllText(path).Trim(), "N", out var known)) return known;
        var made = Guid.CreateVersion7();
        File.WriteAllText(path, made.ToString("N"));
        return made;
    }
}
