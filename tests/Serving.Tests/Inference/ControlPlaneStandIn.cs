using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Takt.Kernel;

namespace Takt.Serving.Tests.Inference;

/// <summary>The few endpoints that a data plane needs, over the real board; keeps what is shipped.</summary>
internal sealed class ControlPlaneStandIn : IAsyncDisposable
{
    public const string Token = "takt_test-token";

    private readonly ConcurrentDictionary<string, MemoryStream> segments = new();
    private readonly ConcurrentDictionary<Digest, byte[]> models = new();
    private WebApplication? app;
    private long generation;

    public DataPlaneBoard Board { get; } = new(TimeProvider.System);

    public List<PlannedDeployment> Deployments { get; } = [];

    public List<PlannedToken> Tokens { get; } = [TokenOf(Token, null)];

    public ConcurrentQueue<LoadFailure> Failures { get; } = [];

    public string Url { get; private set; } = "";

    public bool TakesLog { get; set; } = true;

    public static PlannedToken TokenOf(string text, IReadOnlyList<ProjectId>? projects, DateTimeOffset? expires = null) =>
        new(new Digest(SHA256.HashData(Encoding.UTF8.GetBytes(text))), projects, expires ?? DateTimeOffset.MaxValue);

    public async Task StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(Url.Length == 0 ? "http://127.0.0.1:0" : Url);
        app = builder.Build();
        app.MapGet("/api/v1/data-plane/plan", async (HttpContext context, long after, string? tokens, long seal, CancellationToken token) =>
        {
            var orders = await Board.OrdersAsync(Who(context), after, tokens ?? "", seal, TimeSpan.FromSeconds(2), token);
            return orders is null ? Results.NoContent() : Results.Json(orders, TaktJson.Options);
        });
        app.MapPost("/api/v1/data-plane/ack", async (HttpContext context) =>
        {
            var report = (await context.Request.ReadFromJsonAsync<DataPlaneReport>(TaktJson.Options))!;
            foreach (var failure in report.Failures) Failures.Enqueue(failure);
            Board.Acknowledge(Who(context), report);
        });
        app.MapGet("/api/v1/data-plane/models/{digest}", (string digest) => models.TryGetValue(Digest.Parse(digest), out var bytes) ? Results.Bytes(bytes) : Results.NotFound());
        app.MapPost("/api/v1/data-plane/segments/{segment}", async (HttpContext context, string segment, long offset, long? length) =>
        {
            if (!TakesLog) return Results.StatusCode(503);
            var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            var kept = segments.GetOrAdd(segment, _ => new MemoryStream());
            lock (kept)
            {
                if (offset <= kept.Length)
                {
                    kept.Position = offset;
                    kept.Write(body.ToArray());
                }
                return Results.Json(new SegmentState(kept.Length, length == kept.Length), TaktJson.Options);
            }
        });
        await app.StartAsync();
        Url = app.Urls.First();
    }

    public async Task StopAsync()
    {
        if (app is null) return;
        using var soon = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        await app.StopAsync(soon.Token);
        await app.DisposeAsync();
        app = null;
    }

    public PlannedRevision Revision(int number, byte[] model, int percent = 100, bool shadow = false)
    {
        var digest = ChunkedDigest.Of(model);
        models[digest] = model;
        return new PlannedRevision(number, $"model/{number}", digest, percent, shadow);
    }

    /// <summary>One deployment <c>d</c> with these revisions.</summary>
    public void Plan(params PlannedRevision[] revisions) => Plan(new PlannedDeployment(ProjectId.Default, "default", "d", false, null, revisions));

    public void Plan(params PlannedDeployment[] deployments)
    {
        Deployments.Clear();
        Deployments.AddRange(deployments);
        Publish();
    }

    public long Publish()
    {
        var tokens = string.Join(';', Tokens.Select(t => t.Sha256.Short));
        Board.Publish(new DataPlanePlan(Interlocked.Increment(ref generation), [.. Deployments], [.. Tokens], tokens));
        return generation;
    }

    /// <summary>Waits until the newest plan is in force.</summary>
    public async Task InForceAsync()
    {
        while (Board.Alive == 0) await Task.Delay(5);
        Assert.True(await Board.InForceAsync(generation, TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken));
    }

    /// <summary>Every row that was shipped, after the data planes handed over all they had.</summary>
    public async Task<List<(LogSchema Schema, LoggedRow Row)>> RowsAsync()
    {
        Assert.True(await Board.SealAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken));
        return Shipped();
    }

    public List<(LogSchema Schema, LoggedRow Row)> Shipped()
    {
        var rows = new List<(LogSchema, LoggedRow)>();
        foreach (var segment in segments.OrderBy(s => s.Key, StringComparer.Ordinal).Select(s => s.Value))
            lock (segment)
                new SegmentDecoder().Feed(segment.ToArray(), (schema, row) => rows.Add((schema, row)));
        return rows;
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    private static Guid Who(HttpContext context) => Guid.ParseExact(context.Request.Headers["X-Takt-Data-Plane"]!, "N");
}
