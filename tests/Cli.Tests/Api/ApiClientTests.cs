using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Takt.Cli.Api;
using Takt.Kernel;

namespace Takt.Cli.Tests.Api;

public sealed class ApiClientTests
{
    private sealed record Thing(string Name);

    [Fact]
    public async Task A_problem_becomes_its_one_line_with_the_mend_and_its_findings()
    {
        var problem = Problem.Conflict("name-taken", "The name is taken.", "Choose another.") with { Findings = ["line 3: no", "line 4: no"] };
        await using var server = await ServerAsync(app => app.MapPost("/things", () => problem.ToHttp()));
        using var api = new ApiClient(new Uri(server.Urls.Single()), null, "away");
        var refused = await Assert.ThrowsAsync<RefusedException>(() => api.PostAsync<Thing>("things", new Thing("x"), TestContext.Current.CancellationToken));
        Assert.Equal("The name is taken. Choose another.", refused.Message);
        Assert.Equal("name-taken", refused.Problem.Type);
        Assert.Equal(["line 3: no", "line 4: no"], refused.Problem.Findings);
    }

    [Fact]
    public async Task A_post_carries_a_key_and_the_token()
    {
        await using var server = await ServerAsync(app => app.MapPost("/things", (HttpRequest request) =>
            Results.Json(new Thing($"{request.Headers.Authorization} {request.Headers["Idempotency-Key"].ToString().Length}"), TaktJson.Options)));
        using var api = new ApiClient(new Uri(server.Urls.Single()), "secret", "away");
        var thing = await api.PostAsync<Thing>("things", null, TestContext.Current.CancellationToken);
        Assert.Equal("Bearer secret 32", thing.Name);
    }

    [Fact]
    public async Task A_page_that_is_no_problem_is_told_by_its_status()
    {
        await using var server = await ServerAsync(_ => { });
        using var api = new ApiClient(new Uri(server.Urls.Single()), null, "away");
        var refused = await Assert.ThrowsAsync<RefusedException>(() => api.GetAsync<Thing>("nowhere", TestContext.Current.CancellationToken));
        Assert.Contains("/nowhere was answered with 404", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_nobody_listens_the_way_to_start_it_is_told()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Dispose();
        using var api = new ApiClient(new Uri($"http://127.0.0.1:{port}"), null, "start it with 'takt up'");
        var refused = await Assert.ThrowsAsync<RefusedException>(() => api.GetAsync<Thing>("things", TestContext.Current.CancellationToken));
        Assert.Equal("start it with 'takt up'", refused.Message);
    }

    private static async Task<WebApplication> ServerAsync(Action<WebApplication> map)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        map(app);
        await app.StartAsync();
        return app;
    }
}
