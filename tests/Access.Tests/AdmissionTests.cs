using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Takt.Kernel;
using Takt.TestHost;

namespace Takt.Access.Tests;

public sealed class AdmissionTests
{
    private static TestServerSetup WithEndpoints => new()
    {
        Endpoints = app =>
        {
            app.MapGet("/api/v1/projects/{project}/models", (Caller caller) => caller.Role.ToString()).Needs(Permission.ModelsRead);
            app.MapPost("/api/v1/projects/{project}/models", (Caller caller) => caller.Role.ToString()).Needs(Permission.ModelsWrite);
            app.MapPost("/api/v1/projects/{project}/promote", (Caller caller) => caller.Role.ToString()).Needs(Permission.ModelsPromote);
            app.MapGet("/forgotten", () => "secret");
            app.MapGet("/plan", () => "plan").Needs(Permission.DataPlaneServe);
            app.MapGet("/api/2.0/mlflow/experiments/search", (Caller caller) => caller.Project.ToString()).Needs(Permission.RunsRead);
        },
    };

    [Fact]
    public async Task Strangers_are_refused_everywhere_and_told_what_to_send()
    {
        await using var server = await TestServer.StartAsync(WithEndpoints);
        using var stranger = new HttpClient { BaseAddress = server.Address };
        foreach (var path in new[] { "/api/v1/projects/default/models", "/api/v1/projects", "/api/v1/me", "/plan", "/api/v1/projects/none/models" })
        {
            var answer = await stranger.GetAsync(path);
            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
            Assert.Contains("takt:credential-needed", await answer.Content.ReadAsStringAsync());
        }
    }

    [Fact]
    public async Task An_endpoint_that_states_no_permission_answers_nobody_and_is_listed()
    {
        await using var server = await TestServer.StartAsync(WithEndpoints);
        Assert.Equal(HttpStatusCode.Forbidden, (await server.Client.GetAsync("/forgotten")).StatusCode);
        Assert.Contains("/forgotten", Assert.Single(EndpointAudit.Unstated((Microsoft.AspNetCore.Routing.IEndpointRouteBuilder)server.App)));
    }

    [Fact]
    public async Task The_first_admin_may_call_with_bearer_or_basic()
    {
        await using var server = await TestServer.StartAsync(WithEndpoints);
        Assert.Equal("Admin", await server.Client.GetStringAsync("/api/v1/projects/default/models"));
        server.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"anybody:{server.AdminToken}")));
        Assert.Equal("Admin", await server.Client.GetStringAsync("/api/v1/projects/default/models"));
        Assert.Equal(HttpStatusCode.OK, (await server.Client.PostAsync("/api/v1/projects/default/promote", null)).StatusCode);
    }
}
