using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Takt.Kernel;
using Takt.TestHost;

namespace Takt.Access.Tests;

/// <summary>A server with endpoints of each kind, and people with roles on it.</summary>
internal static class Crew
{
    public static void Endpoints(WebApplication app)
    {
        app.MapGet("/api/v1/projects/{project}/models", (Caller caller) => caller.Role.ToString()).Needs(Permission.ModelsRead);
        app.MapPost("/api/v1/projects/{project}/models", (Caller caller) => caller.Role.ToString()).Needs(Permission.ModelsWrite);
        app.MapPost("/api/v1/projects/{project}/promote", (Caller caller) => caller.Role.ToString()).Needs(Permission.ModelsPromote);
        app.MapGet("/forgotten", () => "secret");
        app.MapGet("/plan", () => "plan").Needs(Permission.DataPlaneServe);
        app.MapGet("/api/2.0/mlflow/experiments/search", (Caller caller) => caller.Project.ToString()).Needs(Permission.RunsRead);
        app.MapGet("/health", () => "OK").IsOpenToStrangers("test");
    }

    public static TestServerSetup Setup => new() { Endpoints = Endpoints };

    public static async Task ProjectAsync(this TestServer server, string name)
    {
        var answer = await server.Client.PostAsJsonAsync("/api/v1/projects", new { name });
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>A new person with a role in a project, and a token.</summary>
    public static async Task<Member> MemberAsync(this TestServer server, Role role, string project = "default")
    {
        var word = JsonSerializer.Serialize(role, TaktJson.Options).Trim('"');
        var made = await server.SendAsync(HttpMethod.Post, $"/api/v1/projects/{project}/actors", new { name = $"a {word}", kind = "person", role = word });
        var actor = made.GetProperty("id").GetString()!;
        var issued = await server.SendAsync(HttpMethod.Post, $"/api/v1/projects/{project}/tokens", new { actor, role = word, purpose = "test" });
        return new Member(server, actor, issued.GetProperty("id").GetString()!, issued.GetProperty("text").GetString()!);
    }

    public static async Task<JsonElement> SendAsync(this TestServer server, HttpMethod method, string path, object? body = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        var answer = await server.Client.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{(int)answer.StatusCode} {text}");
        return text.Length == 0 ? default : JsonElement.Parse(text);
    }

    /// <summary>The status that a request with these headers gets.</summary>
    public static async Task<int> StatusAsync(this TestServer server, HttpMethod method, string path, params (string Name, string Value)[] headers)
    {
        using var client = new HttpClient(new HttpClientHandler { UseCookies = false, AllowAutoRedirect = false }) { BaseAddress = server.Address };
        using var request = new HttpRequestMessage(method, path);
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        if (method == HttpMethod.Post) request.Content = JsonContent.Create(new { });
        return (int)(await client.SendAsync(request)).StatusCode;
    }
}

internal sealed record Member(TestServer Server, string Actor, string TokenId, string Token)
{
    public Task<int> GetAsync(string path) => Server.StatusAsync(HttpMethod.Get, path, ("Authorization", $"Bearer {Token}"));

    public Task<int> PostAsync(string path) => Server.StatusAsync(HttpMethod.Post, path, ("Authorization", $"Bearer {Token}"));

    public HttpClient Client() => new() { BaseAddress = Server.Address, DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", Token) } };
}

/// <summary>The real clock, moved on.</summary>
internal sealed class ShiftedTime : TimeProvider
{
    public TimeSpan By { get; set; }

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + By;
}
