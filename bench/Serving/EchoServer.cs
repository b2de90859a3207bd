using System.IO.Pipelines;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Takt.Bench.Serving;

/// <summary>Kestrel with nothing behind it: reads the body, sends it back. No pipeline, no routing, no context: what the machine can do at most.</summary>
internal static class EchoServer
{
    public static async Task<int> RunAsync(string ready)
    {
        var kestrel = new KestrelServerOptions { AddServerHeader = false, ApplicationServices = new ServiceCollection().AddLogging().BuildServiceProvider() };
        kestrel.Listen(System.Net.IPAddress.Loopback, 0, l => l.Protocols = HttpProtocols.Http1);
        using var server = new KestrelServer(Options.Create(kestrel), new SocketTransportFactory(Options.Create(new SocketTransportOptions()), NullLoggerFactory.Instance), NullLoggerFactory.Instance);
        await server.StartAsync(new Echo(), CancellationToken.None);
        await File.WriteAllTextAsync(ready + ".part", server.Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First());
        File.Move(ready + ".part", ready);
        await Task.Delay(Timeout.Infinite);
        return 0;
    }

    private sealed class Echo : IHttpApplication<IFeatureCollection>
    {
        public IFeatureCollection CreateContext(IFeatureCollection contextFeatures) => contextFeatures;

        public void DisposeContext(IFeatureCollection context, Exception? exception)
        {
        }

        public async Task ProcessRequestAsync(IFeatureCollection context)
        {
            var reader = context.GetRequiredFeature<IRequestBodyPipeFeature>().Reader;
            ReadResult read;
            while (!(read = await reader.ReadAsync()).IsCompleted) reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            var response = context.GetRequiredFeature<IHttpResponseFeature>();
            response.Headers.ContentLength = read.Buffer.Length;
            response.Headers.ContentType = "application/json";
            var writer = context.GetRequiredFeature<IHttpResponseBodyFeature>().Writer;
            foreach (var piece in read.Buffer) await writer.WriteAsync(piece);
            reader.AdvanceTo(read.Buffer.End);
        }
    }
}
