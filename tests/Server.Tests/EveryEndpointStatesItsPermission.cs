using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Takt.Access;
using Takt.Kernel;

[assembly: AssemblyFixture(typeof(Takt.Server.Tests.RunningServer))]

namespace Takt.Server.Tests;

public sealed partial class EveryEndpointStatesItsPermission(RunningServer server)
{
    /// <summary>The reviewed list: nobody gets onto it by accident.</summary>
    private static readonly string[] openToStrangers =
    [
        "GET /health", "GET /ready", "GET /version", "GET /api/v1/version", "POST /api/v1/sign-in", "GET /", "GET /signin", "GET /p/{project}", "GET /p/{project}/{**rest}", "GET /app/{**path}",
    ];

    [Fact]
    public void No_endpoint_forgot_to_say_who_may_call_it() => Assert.Empty(EndpointAudit.Unstated(server.App));

    [Fact]
    public void Strangers_reach_only_the_reviewed_list() =>
        Assert.Empty(Endpoints().Where(e => e.Metadata.GetMetadata<OpenToStrangers>() is not null).SelectMany(Names).Except(openToStrangers));

    [Fact]
    public async Task A_stranger_is_refused_by_every_other_endpoint()
    {
        using var stranger = new HttpClient { BaseAddress = server.Address };
        foreach (var name in Endpoints().SelectMany(Names).Except(openToStrangers).Distinct())
        {
            var (method, route) = (name[..name.IndexOf(' ', StringComparison.Ordinal)], name[(name.IndexOf(' ', StringComparison.Ordinal) + 1)..]);
            using var request = new HttpRequestMessage(new HttpMethod(method), Parameter().Replace(route, "1"));
            using var answer = await stranger.SendAsync(request);
            Assert.True(answer.StatusCode is HttpStatusCode.Unauthorized, $"{name} answered a stranger with {(int)answer.StatusCode}");
        }
    }

    [Fact]
    public async Task An_unknown_address_tells_a_stranger_nothing()
    {
        using var stranger = new HttpClient { BaseAddress = server.Address };
        var answer = await stranger.GetAsync(new Uri("/api/v1/nothing/here", UriKind.Relative));
        Assert.True(answer.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Unauthorized, answer.StatusCode.ToString());
        Assert.DoesNotContain("   at ", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_foreign_host_name_is_refused()
    {
        using var client = new HttpClient { BaseAddress = server.Address };
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/me");
        request.Headers.Host = "evil.test";
        request.Headers.Authorization = new("Bearer", server.AdminToken);
        using var answer = await client.SendAsync(request);
        Assert.True((int)answer.StatusCode is >= 400 and < 500, answer.StatusCode.ToString());
    }

    [Fact]
    public async Task The_admin_of_the_first_start_is_let_in()
    {
        using var admin = new HttpClient { BaseAddress = server.Address };
        admin.DefaultRequestHeaders.Authorization = new("Bearer", server.AdminToken);
        Assert.Equal(HttpStatusCode.OK, (await admin.GetAsync(new Uri("/api/v1/projects", UriKind.Relative))).StatusCode);
    }

    private IEnumerable<RouteEndpoint> Endpoints() => ((IEndpointRouteBuilder)server.App).DataSources.SelectMany(s => s.Endpoints).OfType<RouteEndpoint>();

    private static IEnumerable<string> Names(RouteEndpoint endpoint) =>
        (endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET"]).Where(m => m is not "HEAD").Select(method => $"{method} /{endpoint.RoutePattern.RawText!.TrimStart('/')}");

    [GeneratedRegex(@"\{[^}]+\}")]
    private static partial Regex Parameter();
}
