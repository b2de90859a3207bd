using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Takt.Kernel;
using Takt.Serving;

namespace Takt.Bench.Serving;

/// <summary>Takt's own data plane in a process of its own, and the least of a control plane: it hands out one plan and takes the log.</summary>
internal static class DataPlaneProcess
{
    public static async Task<int> RunAsync(string folder, string control)
    {
        await DataPlaneHost.RunAsync(new DataPlaneOptions(folder, "http://127.0.0.1:0", control, Path.Combine(folder, "token"))
        {
            Listening = url =>
            {
                File.WriteAllText(Path.Combine(folder, "ready.part"), url);
                File.Move(Path.Combine(folder, "ready.part"), Path.Combine(folder, "ready"));
            },
        }, CancellationToken.None);
        return 0;
    }

    /// <param name="shadow">A second revision gets copies of everything.</param>
    /// <param name="flush">The log is on disk before the answer.</param>
    public static async Task<WebApplication> ControlAsync(byte[] model, bool shadow, bool flush)
    {
        var digest = ChunkedDigest.Of(model);
        object Revision(int number, int percent, bool inShadow) => new { number, modelVersion = $"bench/{number}", digest, percent, shadow = inShadow };
        var plan = new
        {
            generation = 1L,
            tokensVersion = "1",
            tokens = new[] { new { sha256 = new Digest(SHA256.HashData(Encoding.UTF8.GetBytes(Bodies.Token))), expiresAt = DateTimeOffset.MaxValue } },
            deployments = new[] { new { projectId = ProjectId.Default, project = "default", name = "bench", flushBeforeAnswer = flush, revisions = shadow ? new[] { Revision(2, 0, true), Revision(1, 100, true) } : [Revision(1, 100, false)] } },
        };
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.MapGet("/api/v1/data-plane/plan", async (long after, CancellationToken token) =>
        {
            if (after != 1) return Results.Json(new { plan, seal = 0L }, TaktJson.Options);
            await Task.Delay(20_000, token);
            return Results.NoContent();
        });
        app.MapPost("/api/v1/data-plane/ack", () => Results.NoContent());
        app.MapGet("/api/v1/data-plane/models/{digest}", () => Results.Bytes(model));
        app.MapPost("/api/v1/data-plane/segments/{segment}", async (HttpContext context, long offset, long? length) =>
        {
            var taken = offset;
            var buffer = new byte[64 << 10];
            for (int read; (read = await context.Request.Body.ReadAsync(buffer)) > 0;) taken += read;
            return Results.Json(new { acknowledged = taken, @sealed = length == taken }, TaktJson.Options);
        });
        await app.StartAsync();
        return app;
    }
}
