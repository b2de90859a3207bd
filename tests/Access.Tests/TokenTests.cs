using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Takt.Journal;
using Takt.Kernel;
using Takt.Records;
using Takt.TestHost;

namespace Takt.Access.Tests;

public sealed class TokenTests
{
    [Fact]
    public async Task The_first_start_writes_tokens_that_their_owner_alone_can_read_and_the_next_keeps_them()
    {
        await using var first = await TestServer.StartAsync(Crew.Setup);
        var token = first.AdminToken;
        if (!OperatingSystem.IsWindows())
            foreach (var name in new[] { "admin.token", "dataplane.token" })
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(first.Home.Path, "tokens", name)));
        Assert.Matches("^takt_[A-Za-z0-9_-]{43}$", token);

        await using var second = await TestServer.StartAsync(Crew.Setup with { ConnectionString = first.ConnectionString, Home = first.Home });
        Assert.Equal(token, second.AdminToken);
        File.Delete(Path.Combine(first.Home.Path, "tokens", "admin.token"));
        await using var third = await TestServer.StartAsync(Crew.Setup with { ConnectionString = first.ConnectionString, Home = first.Home });
        Assert.NotEqual(token, third.AdminToken);
        Assert.Equal(401, await third.StatusAsync(HttpMethod.Get, "/api/v1/me", ("Authorization", $"Bearer {token}")));
        Assert.Equal(200, await third.StatusAsync(HttpMethod.Get, "/api/v1/me", ("Authorization", $"Bearer {third.AdminToken}")));
    }

    [Fact]
    public async Task A_revoked_token_opens_nothing_from_then_on_in_every_process()
    {
        await using var first = await TestServer.StartAsync(Crew.Setup);
        await using var second = await TestServer.StartAsync(Crew.Setup with { ConnectionString = first.ConnectionString });
        var member = await first.MemberAsync(Role.Editor);
        var elsewhere = member with { Server = second };
        const string path = "/api/v1/projects/default/models";
        await UntilAsync(async () => await elsewhere.GetAsync(path) == 200);
        await first.SendAsync(HttpMethod.Delete, $"/api/v1/projects/default/tokens/{member.TokenId}");
        Assert.Equal(401, await member.GetAsync(path));
        await UntilAsync(async () => await elsewhere.GetAsync(path) == 401);
    }

    [Fact]
    public async Task An_expired_token_opens_nothing()
    {
        var time = new ShiftedTime();
        await using var server = await TestServer.StartAsync(Crew.Setup with { Time = time });
        var member = await server.MemberAsync(Role.Editor);
        Assert.Equal(200, await member.GetAsync("/api/v1/me"));
        time.By = TimeSpan.FromDays(91);
        Assert.Equal(401, await member.GetAsync("/api/v1/me"));
    }

    [Fact]
    public async Task Taking_a_role_or_disabling_an_actor_works_on_the_tokens_it_has()
    {
        await using var server = await TestServer.StartAsync(Crew.Setup);
        var member = await server.MemberAsync(Role.Approver);
        Assert.Equal(200, await member.PostAsync("/api/v1/projects/default/promote"));
        var changed = await server.SendAsync(HttpMethod.Put, $"/api/v1/projects/default/actors/{member.Actor}/role", new { role = "viewer" });
        Assert.True(changed.GetProperty("proof").GetProperty("position").GetInt64() >= 0);
        Assert.Equal(403, await member.PostAsync("/api/v1/projects/default/promote"));
        await server.SendAsync(HttpMethod.Delete, $"/api/v1/projects/default/actors/{member.Actor}/role");
        Assert.Equal(404, await member.GetAsync("/api/v1/projects/default/models"));
        await server.SendAsync(HttpMethod.Post, $"/api/v1/actors/{member.Actor}/disable");
        Assert.Equal(401, await member.GetAsync("/api/v1/me"));
    }

    [Fact]
    public async Task Nobody_issues_more_than_he_has_nor_for_an_actor_who_has_less()
    {
        await using var server = await TestServer.StartAsync(Crew.Setup);
        await server.ProjectAsync("other");
        var viewer = await server.MemberAsync(Role.Viewer);
        var admin = await server.MemberAsync(Role.Admin);
        var tokens = server.Get<ITokens>();
        var viewerId = Id.Parse<ActorId>(viewer.Actor);
        await Assert.ThrowsAsync<RefusedException>(() => tokens.IssueAsync(TestServer.Caller, viewerId, ProjectId.Default, Role.Editor, "x", TimeSpan.FromHours(1), default));
        await Assert.ThrowsAsync<RefusedException>(() => tokens.IssueAsync(new Caller(viewerId, ProjectId.Default, Role.Viewer), ActorId.System, ProjectId.Default, Role.Editor, "x", TimeSpan.FromHours(1), default));
        await Assert.ThrowsAsync<RefusedException>(() => tokens.IssueAsync(TestServer.Caller, ActorId.System, ProjectId.Default, Role.Editor, "x", TimeSpan.FromDays(400), default));
        Assert.Equal(403, await viewer.PostAsync("/api/v1/projects/default/tokens"));
        Assert.Equal(404, await admin.PostAsync("/api/v1/projects/other/tokens"));
        // An admin of one project sees and ends no token of another.
        var far = await server.MemberAsync(Role.Admin, "other");
        using var client = admin.Client();
        Assert.Equal(HttpStatusCode.NotFound, (await client.DeleteAsync($"/api/v1/projects/default/tokens/{far.TokenId}")).StatusCode);
        Assert.DoesNotContain(far.TokenId, await client.GetStringAsync("/api/v1/projects/default/tokens"));
        Assert.Equal(200, await far.GetAsync("/api/v1/me"));
    }

    [Fact]
    public async Task Secrets_stand_in_no_row_and_no_fact()
    {
        await using var server = await TestServer.StartAsync(Crew.Setup);
        var member = await server.MemberAsync(Role.Editor);
        using var client = member.Client();
        var link = await client.PostAsJsonAsync("/api/v1/sign-in/links", new { });
        var code = JsonElement.Parse(await link.Content.ReadAsStringAsync()).GetProperty("code").GetString()!;
        await server.StatusAsync(HttpMethod.Get, "/api/v1/me", ("Authorization", "Bearer guessed-secret"));
        await using var owner = Npgsql.NpgsqlDataSource.Create(server.ConnectionString + ";Pooling=false");
        foreach (var table in await owner.Command("SELECT schemaname || '.' || tablename FROM pg_tables WHERE schemaname IN ('access', 'journal')").ListAsync(r => r.GetString(0), default))
        {
            var rows = string.Join('\n', await owner.Command($"SELECT row_to_json(t)::text FROM {table} t").ListAsync(r => r.GetString(0), default));
            foreach (var secret in new[] { member.Token, server.AdminToken, code, "guessed-secret" }) Assert.DoesNotContain(secret, rows);
        }
    }

    [Fact]
    public async Task Each_change_has_its_fact()
    {
        await using var server = await TestServer.StartAsync(Crew.Setup);
        await server.ProjectAsync("lab");
        var member = await server.MemberAsync(Role.Viewer, "lab");
        await server.SendAsync(HttpMethod.Delete, $"/api/v1/projects/lab/tokens/{member.TokenId}");
        var last = await server.SendAsync(HttpMethod.Delete, $"/api/v1/projects/lab/actors/{member.Actor}/role");
        var facts = await server.Get<IJournal>().ReadAsync((await server.Get<IProjects>().FindAsync("lab", default))!.Id, -1, 100, [], default);
        Assert.Equal(["project.created", "actor.created", "role.granted", "token.issued", "token.revoked", "role.revoked"], facts.Select(f => f.Fact.Kind));
        Assert.DoesNotContain("a viewer", string.Join(' ', facts.Select(f => f.Fact.Payload)));
    }

    [Fact]
    public async Task The_data_plane_is_told_the_hashes_of_live_tokens_and_no_others()
    {
        await using var server = await TestServer.StartAsync(Crew.Setup);
        await server.ProjectAsync("lab");
        var viewer = await server.MemberAsync(Role.Viewer, "lab");
        var gone = await server.MemberAsync(Role.Editor, "lab");
        await server.SendAsync(HttpMethod.Delete, $"/api/v1/projects/lab/tokens/{gone.TokenId}");
        var hashes = await server.Get<ITokens>().HashesAsync(default);
        var lab = (await server.Get<IProjects>().FindAsync("lab", default))!.Id;
        Assert.Equal(lab, Assert.Single(hashes, h => h.Sha256 == Requests.Presented.Hash(viewer.Token)).Project);
        Assert.Null(Assert.Single(hashes, h => h.Sha256 == Requests.Presented.Hash(server.AdminToken)).Project);
        Assert.Equal(2, hashes.Count);
    }

    [Fact]
    public async Task Refusals_are_counted_into_one_fact_for_each_actor()
    {
        await using var server = await TestServer.StartAsync(Crew.Setup);
        var viewer = await server.MemberAsync(Role.Viewer);
        for (var i = 0; i < 30; i++) await server.StatusAsync(HttpMethod.Get, "/api/v1/me", ("Authorization", $"Bearer guess-{i}"));
        for (var i = 0; i < 5; i++) await viewer.PostAsync("/api/v1/projects/default/models");
        await viewer.GetAsync("/api/v1/projects/none/models");
        await server.Get<Requests.Refusals>().WriteAsync(default);
        await server.Get<Requests.Refusals>().WriteAsync(default);
        var journal = server.Get<IJournal>();
        await journal.SequencedAsync(await server.Database.InTransactionAsync((t, c) => journal.AppendAsync(t, Fact.Of(TestServer.Caller, "test.end", new Subject("test", "a"), new { }), c), default), default);
        var facts = await journal.ReadAsync(null, -1, 1000, ["access.refused"], default);
        Assert.Equal(2, facts.Count);
        var strangers = JsonElement.Parse(facts.Single(f => f.Fact.Subject.Name == "stranger").Fact.Payload);
        Assert.Equal(30, strangers.GetProperty("reasons").GetProperty("credential-refused").GetInt32());
        var his = JsonElement.Parse(facts.Single(f => f.Fact.Subject.Name == viewer.Actor).Fact.Payload);
        Assert.Equal(6, his.GetProperty("count").GetInt32());
    }

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!await holds()) Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(10));
    }
}
