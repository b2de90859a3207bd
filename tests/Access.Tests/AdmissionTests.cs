using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.AspNetCore.Routing;
using Takt.Access.Roles;
using Takt.Kernel;
using Takt.TestHost;

namespace Takt.Access.Tests;

public sealed class AdmissionTests
{
    [Fact]
    public async Task Strangers_are_refused_everywhere_and_told_what_to_send()
    {
        await using var server = await TestServer.StartAsync(Crew.Setup);
        using var stranger = new HttpClient { BaseAddress = server.Address };
        foreach (var path in new[] { "/api/v1/projects/default/models", "/api/v1/projects", "/api/v1/me", "/plan", "/api/v1/projects/none/models", "/api/v1/journal/export" })
        {
            var answer = await stranger.GetAsync(path);
            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
            Assert.Contains("takt:credential-needed", await answer.Content.ReadAsStringAsync());
            Assert.Contains("Bearer", answer.Headers.WwwAuthenticate.ToString());
        }
        Assert.Equal("OK", await stranger.GetStringAsync("/health"));
    }

    [Fact]
    public async Task Every_endpoint_of_these_rooms_refuses_a_stranger()
    {
        await using var server = await TestServer.StartAsync();
        var endpoints = ((IEndpointRouteBuilder)server.App).DataSources.SelectMany(d => d.Endpoints).OfType<RouteEndpoint>().ToList();
        Assert.True(endpoints.Count > 20);
        foreach (var endpoint in endpoints.Where(e => e.Metadata.GetMetadata<OpenToStrangers>() is null))
        {
            var path = endpoint.RoutePattern.RawText!.Replace("{project}", "default", StringComparison.Ordinal).Replace("{position:long}", "0", StringComparison.Ordinal)
                .Replace("{digest}", new string('0', 64), StringComparison.Ordinal).Replace("{actor}", Guid.Empty.ToString("N"), StringComparison.Ordinal).Replace("{token}", Guid.Empty.ToString("N"), StringComparison.Ordinal);
            foreach (var method in endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()!.HttpMethods)
                Assert.Equal(401, await server.StatusAsync(new HttpMethod(method), path));
        }
    }

    [Fact]
    public async Task An_endpoint_that_states_no_permission_answers_nobody_and_is_listed()
    {
        await using var server = await TestServer.StartAsync(Crew.Setup);
        Assert.Equal(HttpStatusCode.Forbidden, (await server.Client.GetAsync("/forgotten")).StatusCode);
        Assert.Contains("/forgotten", Assert.Single(EndpointAudit.Unstated((IEndpointRouteBuilder)server.App)));
    }

    [Theory]
    [InlineData(Role.Viewer, 200, 403, 403), InlineData(Role.Editor, 200, 200, 403), InlineData(Role.Approver, 200, 200, 200), InlineData(Role.Admin, 200, 200, 200)]
    public async Task Each_role_does_what_it_may(Role role, int read, int write, int promote)
    {
        await using var server = await TestServer.StartAsync(Crew.Setup);
        var member = await server.MemberAsync(role);
        Assert.Equal(read, await member.GetAsync("/api/v1/projects/default/models"));
        Assert.Equal(write, await member.PostAsync("/api/v1/projects/default/models"));
        Assert.Equal(promote, await member.PostAsync("/api/v1/projects/default/promote"));
        // The server as a whole is nobody's who has a role in a project alone.
        Assert.Equal(403, await member.GetAsync("/api/v1/journal/export"));
        Assert.Equal(403, await member.PostAsync("/api/v1/projects"));
        Assert.Equal(403, await member.GetAsync("/plan"));
    }

    [Fact]
    public void Each_role_holds_all_of_the_one_before_and_admin_all_but_serving()
    {
        for (var role = Role.Editor; role <= Role.Admin; role++) Assert.True(RolePermissions.Of(role).IsProperSupersetOf(RolePermissions.Of(role - 1)));
        Assert.Equal(Enum.GetValues<Permission>().Except([Permission.DataPlaneServe]).ToHashSet(), RolePermissions.Of(Role.Admin).ToHashSet());
    }

    [Fact]
    public async Task A_project_without_a_role_looks_like_one_that_is_not_there()
    {
        await using var server = await TestServer.StartAsync(Crew.Setup);
        await server.ProjectAsync("proj");
        await server.ProjectAsync("proj2");
        var member = await server.MemberAsync(Role.Admin, "proj");
        using var client = member.Client();
        Assert.Equal(200, await member.GetAsync("/api/v1/projects/proj/models"));
        string? told = null;
        foreach (var name in new[] { "proj2", "nothing", "default", "PROJ", "proj%20", "pro" })
        {
            var answer = await client.GetAsync($"/api/v1/projects/{name}/models");
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
            var text = (await answer.Content.ReadAsStringAsync()).Replace($"'{Uri.UnescapeDataString(name)}'", "", StringComparison.Ordinal);
            text = System.Text.RegularExpressions.Regex.Replace(text, "\"traceId\":\"[^\"]*\"", "");
            Assert.Equal(told ??= text, text);
        }
        Assert.DoesNotContain("proj2", await client.GetStringAsync("/api/v1/projects"));
    }

    [Fact]
    public async Task The_first_admin_may_call_with_bearer_or_basic_and_with_nothing_else()
    {
        await using var server = await TestServer.StartAsync(Crew.Setup);
        const string path = "/api/v1/projects/default/models";
        Assert.Equal("Admin", await server.Client.GetStringAsync(path));
        server.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"anybody:{server.AdminToken}")));
        Assert.Equal("Admin", await server.Client.GetStringAsync(path));
        foreach (var header in new[]
        {
            "Bearer", "Bearer ", "Bearer x", $"Bearer {server.AdminToken}x", $"bearer: {server.AdminToken}", $"Token {server.AdminToken}", server.AdminToken, "Basic x", "Basic Og==", "Basic e30=",
            $"Bearer {server.AdminToken.ToUpperInvariant()}", $"Bearer {new string('a', 5000)}",
        })
            Assert.Equal(401, await server.StatusAsync(HttpMethod.Get, path, ("Authorization", header)));
        Assert.Equal(401, await server.StatusAsync(HttpMethod.Get, $"{path}?access_token={server.AdminToken}&token={server.AdminToken}"));
    }

    [Fact]
    public async Task MLflows_calls_act_in_the_tokens_project_else_in_the_named_workspace_else_in_default()
    {
        await using var server = await TestServer.StartAsync(Crew.Setup);
        await server.ProjectAsync("lab");
        var lab = (await server.Get<IProjects>().FindAsync("lab", default))!.Id.ToString();
        var bound = await server.MemberAsync(Role.Editor, "lab");
        const string path = "/api/2.0/mlflow/experiments/search";
        using var client = bound.Client();
        Assert.Equal(lab, await client.GetStringAsync(path));
        Assert.Equal(ProjectId.Default.ToString(), await server.Client.GetStringAsync(path));
        server.Client.DefaultRequestHeaders.Add("X-MLFLOW-WORKSPACE", "lab");
        Assert.Equal(lab, await server.Client.GetStringAsync(path));

        Assert.Equal(404, await server.StatusAsync(HttpMethod.Get, path, ("Authorization", $"Bearer {bound.Token}"), ("X-MLFLOW-WORKSPACE", "default")));
        Assert.Equal(400, await server.StatusAsync(HttpMethod.Get, path, ("Authorization", $"Bearer {bound.Token}"), ("X-MLFLOW-WORKSPACE", "lab"), ("X-Takt-Project", "default")));
        // A header never outdoes the route.
        Assert.Equal(404, await server.StatusAsync(HttpMethod.Get, "/api/v1/projects/default/models", ("Authorization", $"Bearer {bound.Token}"), ("X-MLFLOW-WORKSPACE", "lab")));
    }

    [Theory]
    [InlineData("evil.test"), InlineData("127.0.0.1.evil.test"), InlineData("localhost.evil.test:80"), InlineData("169.254.169.254"), InlineData("127.1")]
    public async Task A_foreign_host_name_is_refused_whoever_calls(string host)
    {
        await using var server = await TestServer.StartAsync(Crew.Setup);
        Assert.Equal(421, await server.StatusAsync(HttpMethod.Get, "/health", ("Host", host)));
        Assert.Equal(421, await server.StatusAsync(HttpMethod.Get, "/api/v1/me", ("Host", host), ("Authorization", $"Bearer {server.AdminToken}")));
        Assert.Equal(200, await server.StatusAsync(HttpMethod.Get, "/health", ("Host", $"localhost:{server.Address.Port}")));
    }

    [Fact]
    public async Task A_host_name_that_was_allowed_is_answered()
    {
        await using var server = await TestServer.StartAsync(Crew.Setup with { Settings = new() { ["Takt:AllowedHosts:0"] = "takt.firm.example" } });
        Assert.Equal(200, await server.StatusAsync(HttpMethod.Get, "/health", ("Host", "takt.firm.example")));
        Assert.Equal(421, await server.StatusAsync(HttpMethod.Get, "/health", ("Host", "firm.example")));
    }

    [Fact]
    public async Task Another_sites_page_changes_nothing_even_with_a_token()
    {
        await using var server = await TestServer.StartAsync(Crew.Setup);
        var bearer = ("Authorization", $"Bearer {server.AdminToken}");
        const string path = "/api/v1/projects/default/models";
        Assert.Equal(403, await server.StatusAsync(HttpMethod.Post, path, bearer, ("Origin", "http://evil.test")));
        Assert.Equal(403, await server.StatusAsync(HttpMethod.Post, path, bearer, ("Origin", "null")));
        Assert.Equal(403, await server.StatusAsync(HttpMethod.Post, path, bearer, ("Origin", $"http://127.0.0.1:{server.Address.Port + 1}")));
        Assert.Equal(403, await server.StatusAsync(HttpMethod.Post, path, bearer, ("Sec-Fetch-Site", "cross-site"), ("User-Agent", "curl/8")));
        Assert.Equal(403, await server.StatusAsync(HttpMethod.Post, path, bearer, ("Sec-Fetch-Site", "same-site")));
        Assert.Equal(403, await server.StatusAsync(HttpMethod.Post, "/api/v1/sign-in", ("Origin", "http://evil.test")));
        Assert.Equal(200, await server.StatusAsync(HttpMethod.Post, path, bearer, ("Origin", server.Address.GetLeftPart(UriPartial.Authority)), ("Sec-Fetch-Site", "same-origin")));
        Assert.Equal(200, await server.StatusAsync(HttpMethod.Post, path, bearer));
    }

    [Fact]
    public async Task The_data_planes_token_serves_and_does_nothing_else()
    {
        await using var server = await TestServer.StartAsync(Crew.Setup);
        var token = ("Authorization", $"Bearer {(await File.ReadAllTextAsync(Path.Combine(server.Home.Path, "tokens", "dataplane.token"))).Trim()}");
        Assert.Equal(200, await server.StatusAsync(HttpMethod.Get, "/plan", token));
        foreach (var path in new[] { "/api/v1/projects/default/models", "/api/v1/journal/export", "/api/v1/projects/default/tokens", "/api/2.0/mlflow/experiments/search" })
            Assert.Equal(403, await server.StatusAsync(HttpMethod.Get, path, token));
        Assert.Equal(403, await server.StatusAsync(HttpMethod.Post, "/api/v1/sign-in/links", token));
        // Nor may even the admin take the data plane's place.
        Assert.Equal(403, await server.StatusAsync(HttpMethod.Get, "/plan", ("Authorization", $"Bearer {server.AdminToken}")));
    }

    [Fact]
    public async Task Anonymous_callers_get_the_stated_role_on_this_machine_but_no_page_of_another_site_does()
    {
        await using var server = await TestServer.StartAsync(Crew.Setup with { Settings = new() { ["Takt:Anonymous"] = "Editor" } });
        const string path = "/api/v1/projects/default/models";
        Assert.Equal(200, await server.StatusAsync(HttpMethod.Get, path));
        Assert.Equal(200, await server.StatusAsync(HttpMethod.Post, path));
        Assert.Equal(403, await server.StatusAsync(HttpMethod.Post, "/api/v1/projects/default/promote"));
        Assert.Equal(403, await server.StatusAsync(HttpMethod.Get, path, ("Sec-Fetch-Site", "cross-site")));
        Assert.Equal(403, await server.StatusAsync(HttpMethod.Post, path, ("Origin", "http://evil.test")));
        Assert.Equal(421, await server.StatusAsync(HttpMethod.Get, path, ("Host", "evil.test")));
        // A bad credential is not made good by having none.
        Assert.Equal(401, await server.StatusAsync(HttpMethod.Get, path, ("Authorization", "Bearer wrong")));
        Assert.Equal(403, await server.StatusAsync(HttpMethod.Post, "/api/v1/sign-in/links"));
    }
}
