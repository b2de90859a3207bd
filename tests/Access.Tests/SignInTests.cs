using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Takt.Kernel;
using Takt.TestHost;

namespace Takt.Access.Tests;

public sealed class SignInTests
{
    private const string Path = "/api/v1/projects/default/models";

    [Fact]
    public async Task A_browser_gets_a_cookie_for_a_token_and_loses_it_on_signing_out()
    {
        await using var server = await TestServer.StartAsync(Crew.Setup);
        var (cookie, header) = await SignInAsync(server, new { token = server.AdminToken });
        Assert.Contains("httponly", header, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=strict", header, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(server.AdminToken, header);
        var origin = ("Origin", server.Address.GetLeftPart(UriPartial.Authority));
        Assert.Equal(200, await server.StatusAsync(HttpMethod.Get, Path, ("Cookie", cookie)));
        Assert.Equal(200, await server.StatusAsync(HttpMethod.Post, Path, ("Cookie", cookie), origin));
        Assert.Equal(200, await server.StatusAsync(HttpMethod.Post, Path, ("Cookie", cookie), ("Sec-Fetch-Site", "same-origin")));
        // Without a word of where it comes from, or from elsewhere, a cookie changes nothing.
        Assert.Equal(403, await server.StatusAsync(HttpMethod.Post, Path, ("Cookie", cookie)));
        Assert.Equal(403, await server.StatusAsync(HttpMethod.Post, Path, ("Cookie", cookie), ("Origin", "http://evil.test")));
        Assert.Equal(403, await server.StatusAsync(HttpMethod.Get, Path, ("Cookie", cookie), ("Sec-Fetch-Site", "cross-site")));
        Assert.Equal(403, await server.StatusAsync(HttpMethod.Post, Path, ("Cookie", cookie), ("Sec-Fetch-Site", "none")));
        // A session is no token, and a token no session.
        Assert.Equal(401, await server.StatusAsync(HttpMethod.Get, Path, ("Authorization", $"Bearer {cookie.Split('=')[1]}")));
        Assert.Equal(401, await server.StatusAsync(HttpMethod.Get, Path, ("Cookie", $"takt_session={server.AdminToken}")));
        Assert.Equal(403, await server.StatusAsync(HttpMethod.Post, "/api/v1/sign-in/links", ("Cookie", cookie), origin));

        Assert.Equal(204, await server.StatusAsync(HttpMethod.Post, "/api/v1/sign-out", ("Cookie", cookie), origin));
        Assert.Equal(401, await server.StatusAsync(HttpMethod.Get, Path, ("Cookie", cookie)));
        Assert.Equal(200, await server.StatusAsync(HttpMethod.Get, Path, ("Authorization", $"Bearer {server.AdminToken}")));
    }

    [Fact]
    public async Task A_session_ends_with_its_token()
    {
        await using var server = await TestServer.StartAsync(Crew.Setup);
        var member = await server.MemberAsync(Role.Viewer);
        var (cookie, _) = await SignInAsync(server, new { token = member.Token });
        Assert.Equal(200, await server.StatusAsync(HttpMethod.Get, Path, ("Cookie", cookie)));
        await server.SendAsync(HttpMethod.Delete, $"/api/v1/projects/default/tokens/{member.TokenId}");
        Assert.Equal(401, await server.StatusAsync(HttpMethod.Get, Path, ("Cookie", cookie)));
    }

    [Fact]
    public async Task A_session_ends_after_its_hours()
    {
        var time = new ShiftedTime();
        await using var server = await TestServer.StartAsync(Crew.Setup with { Time = time });
        var (cookie, _) = await SignInAsync(server, new { token = server.AdminToken });
        time.By = TimeSpan.FromHours(8.1);
        Assert.Equal(401, await server.StatusAsync(HttpMethod.Get, Path, ("Cookie", cookie)));
    }

    [Fact]
    public async Task A_link_signs_in_once_however_many_try_at_once()
    {
        await using var server = await TestServer.StartAsync(Crew.Setup);
        var code = await CodeAsync(server);
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            using var client = new HttpClient { BaseAddress = server.Address };
            return (await client.PostAsJsonAsync("/api/v1/sign-in", new { code })).StatusCode;
        }));
        Assert.Single(answers, a => a == HttpStatusCode.OK);
        Assert.Equal(7, answers.Count(a => a == HttpStatusCode.Unauthorized));
    }

    [Fact]
    public async Task A_link_is_good_for_ten_minutes()
    {
        var time = new ShiftedTime();
        await using var server = await TestServer.StartAsync(Crew.Setup with { Time = time });
        var code = await CodeAsync(server);
        time.By = TimeSpan.FromMinutes(10.1);
        using var client = new HttpClient { BaseAddress = server.Address };
        Assert.Equal(HttpStatusCode.Unauthorized, (await client.PostAsJsonAsync("/api/v1/sign-in", new { code })).StatusCode);
    }

    [Fact]
    public async Task What_opens_nothing_signs_nobody_in()
    {
        await using var server = await TestServer.StartAsync(Crew.Setup);
        using var client = new HttpClient { BaseAddress = server.Address };
        var dataPlane = (await File.ReadAllTextAsync(System.IO.Path.Combine(server.Home.Path, "tokens", "dataplane.token"))).Trim();
        foreach (var (body, status) in new (object, int)[]
        {
            (new { token = "takt_wrong" }, 401), (new { code = "wrong" }, 401), (new { token = dataPlane }, 401), (new { }, 400), (new { token = "", code = "" }, 400), (new { token = server.AdminToken, code = "x" }, 400), (new { token = new string('a', 300) }, 400),
        })
        {
            var answer = await client.PostAsJsonAsync("/api/v1/sign-in", body);
            Assert.Equal(status, (int)answer.StatusCode);
            Assert.False(answer.Headers.Contains("Set-Cookie"));
        }
    }

    [Fact]
    public async Task Me_tells_what_one_may()
    {
        await using var server = await TestServer.StartAsync(Crew.Setup);
        await server.ProjectAsync("lab");
        var member = await server.MemberAsync(Role.Viewer, "lab");
        using var client = member.Client();
        var me = await client.GetFromJsonAsync<JsonElement>("/api/v1/me");
        var project = Assert.Single(me.GetProperty("projects").EnumerateArray());
        Assert.Equal("lab", project.GetProperty("name").GetString());
        Assert.Equal("viewer", project.GetProperty("role").GetString());
        Assert.Contains("models-read", project.GetProperty("permissions").EnumerateArray().Select(p => p.GetString()));
        Assert.Equal(2, (await server.SendAsync(HttpMethod.Get, "/api/v1/me")).GetProperty("projects").GetArrayLength());
    }

    private static async Task<string> CodeAsync(TestServer server)
    {
        var link = await server.SendAsync(HttpMethod.Post, "/api/v1/sign-in/links", new { });
        Assert.StartsWith("/signin#", link.GetProperty("path").GetString());
        return link.GetProperty("code").GetString()!;
    }

    private static async Task<(string Cookie, string Header)> SignInAsync(TestServer server, object body)
    {
        using var client = new HttpClient(new HttpClientHandler { UseCookies = false }) { BaseAddress = server.Address };
        var answer = await client.PostAsJsonAsync("/api/v1/sign-in", body);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        var header = Assert.Single(answer.Headers.GetValues("Set-Cookie"));
        return (header.Split(';')[0], header);
    }
}
