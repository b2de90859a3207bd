using System.Net;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Takt.Kernel;
using Takt.Records;
using Takt.TestHost;

namespace Takt.Access.Tests;

public sealed class RepeatedPostTests
{
    private const string Path = "/api/v1/projects/default/things";

    [Fact]
    public async Task A_repetition_is_answered_as_the_first_and_done_once()
    {
        var work = new Work();
        await using var server = await TestServer.StartAsync(work.Setup);
        var first = await PostAsync(server, "k1", new { n = 1 });
        var again = await PostAsync(server, "k1", new { n = 1 });
        Assert.Equal(HttpStatusCode.Created, again.StatusCode);
        Assert.Equal("/things/1", again.Headers.Location?.ToString());
        Assert.Equal(await first.Content.ReadAsStringAsync(), await again.Content.ReadAsStringAsync());
        Assert.Equal(first.Content.Headers.ContentType, again.Content.Headers.ContentType);
        Assert.True(again.Headers.Contains("Idempotency-Replayed"));
        Assert.Equal(1, work.Done);
        await PostAsync(server, "k2", new { n = 1 });
        await PostAsync(server, null, new { n = 1 });
        Assert.Equal(3, work.Done);
    }

    [Fact]
    public async Task Another_body_under_the_same_key_is_refused_and_another_actors_key_is_another()
    {
        var work = new Work();
        await using var server = await TestServer.StartAsync(work.Setup);
        await PostAsync(server, "k", new { n = 1 });
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await PostAsync(server, "k", new { n = 2 })).StatusCode);
        var member = await server.MemberAsync(Role.Editor);
        using var client = member.Client();
        Assert.Equal(HttpStatusCode.Created, (await PostAsync(client, "k", new { n = 2 })).StatusCode);
        Assert.Equal(2, work.Done);
        foreach (var key in new[] { "a b", new string('k', 256) }) Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync(server, key, new { n = 1 })).StatusCode);
    }

    [Fact]
    public async Task Many_at_once_do_it_once()
    {
        var work = new Work();
        await using var server = await TestServer.StartAsync(work.Setup);
        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => PostAsync(server, "k", new { n = 1 })));
        Assert.All(answers, a => Assert.Equal(HttpStatusCode.Created, a.StatusCode));
        Assert.Single((await Task.WhenAll(answers.Select(a => a.Content.ReadAsStringAsync()))).Distinct());
        Assert.Equal(1, work.Done);
    }

    [Fact]
    public async Task What_failed_on_our_side_is_tried_again()
    {
        var work = new Work { FailFirst = true };
        await using var server = await TestServer.StartAsync(work.Setup);
        Assert.Equal(HttpStatusCode.InternalServerError, (await PostAsync(server, "k", new { n = 1 })).StatusCode);
        Assert.Equal(HttpStatusCode.Created, (await PostAsync(server, "k", new { n = 1 })).StatusCode);
        Assert.Equal(2, work.Done);
    }

    [Fact]
    public async Task What_a_dead_process_began_is_taken_over_and_what_a_live_one_works_on_is_not()
    {
        var work = new Work();
        await using var server = await TestServer.StartAsync(work.Setup);
        await PostAsync(server, "k", new { n = 1 });
        await using var owner = Npgsql.NpgsqlDataSource.Create(server.ConnectionString + ";Pooling=false");
        await owner.Command("UPDATE access.answers SET status = NULL, process = 12345").RunAsync(default);
        Assert.Equal(HttpStatusCode.Created, (await PostAsync(server, "k", new { n = 1 })).StatusCode);
        Assert.Equal(2, work.Done);

        await using var alive = await owner.OpenConnectionAsync();
        await using (var hold = new Npgsql.NpgsqlCommand($"SELECT pg_advisory_lock({Repeats.ProcessNumber.LockClass}, 54321)", alive)) await hold.ExecuteNonQueryAsync();
        await owner.Command("UPDATE access.answers SET status = NULL, process = 54321").RunAsync(default);
        Assert.Equal(HttpStatusCode.Conflict, (await PostAsync(server, "k", new { n = 1 })).StatusCode);
        Assert.Equal(2, work.Done);
    }

    [Fact]
    public async Task An_answer_with_a_secret_or_a_long_one_is_not_kept_and_not_done_twice()
    {
        var work = new Work { Length = 100_000 };
        await using var server = await TestServer.StartAsync(work.Setup);
        Assert.Equal(100_000, (await (await PostAsync(server, "k", new { n = 1 })).Content.ReadAsByteArrayAsync()).Length);
        Assert.Equal(HttpStatusCode.Conflict, (await PostAsync(server, "k", new { n = 1 })).StatusCode);
        Assert.Equal(1, work.Done);

        var body = new { role = "viewer", purpose = "x" };
        Assert.Equal(HttpStatusCode.Created, (await PostAsync(server.Client, "t", body, "/api/v1/projects/default/tokens")).StatusCode);
        Assert.Equal(HttpStatusCode.Conflict, (await PostAsync(server.Client, "t", body, "/api/v1/projects/default/tokens")).StatusCode);
        Assert.Null(await server.Database.App.Command("SELECT body FROM access.answers WHERE key = 't'").ScalarAsync<byte[]>(default));
    }

    [Fact]
    public async Task A_key_does_not_let_in_who_may_not()
    {
        var work = new Work();
        await using var server = await TestServer.StartAsync(work.Setup);
        await PostAsync(server, "k", new { n = 1 });
        using var stranger = new HttpClient { BaseAddress = server.Address };
        Assert.Equal(HttpStatusCode.Unauthorized, (await PostAsync(stranger, "k", new { n = 1 })).StatusCode);
    }

    private static Task<HttpResponseMessage> PostAsync(TestServer server, string? key, object body) => PostAsync(server.Client, key, body);

    private static Task<HttpResponseMessage> PostAsync(HttpClient client, string? key, object body, string path = Path)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) };
        if (key is not null) request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        return client.SendAsync(request);
    }

    private sealed class Work
    {
        private int done;

        public int Done => done;

        public bool FailFirst { get; init; }

        public int Length { get; init; } = 10;

        public TestServerSetup Setup => new() { Endpoints = app => app.MapPost("/api/v1/projects/{project}/things", DoAsync).Needs(Permission.ModelsWrite) };

        private async Task<IResult> DoAsync(Body body, HttpContext context)
        {
            var n = Interlocked.Increment(ref done);
            await Task.Yield();
            if (FailFirst && n == 1) throw new InvalidOperationException("first");
            context.Response.Headers.Location = $"/things/{body.N}";
            return Results.Text(new string((char)('a' + n), Length), "text/x-thing", statusCode: 201);
        }
    }

    private sealed record Body(int N);
}
