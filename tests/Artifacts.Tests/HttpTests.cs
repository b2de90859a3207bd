using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Takt.Journal;
using Takt.Kernel;
using Takt.TestHost;

namespace Takt.Artifacts.Tests;

public sealed class HttpTests
{
    private const string Path = "/api/v1/projects/default/artifacts";

    [Fact]
    public async Task What_is_posted_is_named_by_its_digest_and_read_by_ranges()
    {
        await using var server = await TestServer.StartAsync();
        var bytes = StoreTests.Bytes(40 << 20);
        var posted = await server.Client.PostAsync(Path, new ByteArrayContent(bytes));
        Assert.Equal(HttpStatusCode.Created, posted.StatusCode);
        var blob = (await posted.Content.ReadFromJsonAsync<Blob>(TaktJson.Options))!;
        Assert.Equal(new Blob(ChunkedDigest.Of(bytes), bytes.Length), blob);

        var whole = await server.Client.GetAsync($"{Path}/{blob.Digest}");
        Assert.Equal(bytes, await whole.Content.ReadAsByteArrayAsync());
        Assert.Equal("attachment", whole.Content.Headers.ContentDisposition?.DispositionType);
        Assert.Contains("sandbox", string.Join(';', whole.Headers.GetValues("Content-Security-Policy")));
        Assert.Equal("nosniff", string.Join(';', whole.Headers.GetValues("X-Content-Type-Options")));
        Assert.Equal("application/octet-stream", whole.Content.Headers.ContentType?.MediaType);

        using var range = new HttpRequestMessage(HttpMethod.Get, $"{Path}/{blob.Digest}") { Headers = { Range = new RangeHeaderValue((1 << 20) - 3, (1 << 20) + 4) } };
        var part = await server.Client.SendAsync(range);
        Assert.Equal(HttpStatusCode.PartialContent, part.StatusCode);
        Assert.Equal(bytes[((1 << 20) - 3)..((1 << 20) + 5)], await part.Content.ReadAsByteArrayAsync());
        using var head = new HttpRequestMessage(HttpMethod.Head, $"{Path}/{blob.Digest}");
        Assert.Equal(bytes.Length, (await server.Client.SendAsync(head)).Content.Headers.ContentLength);
    }

    [Fact]
    public async Task Bytes_that_are_not_what_the_digest_says_are_refused_and_not_kept()
    {
        await using var server = await TestServer.StartAsync();
        var bytes = StoreTests.Bytes(100);
        var said = ChunkedDigest.Of(StoreTests.Bytes(101));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await server.Client.PutAsync($"{Path}/{said}", new ByteArrayContent(bytes))).StatusCode);
        Assert.Empty(StoreTests.Files(server.Get<IArtifactStore>()));
        var right = ChunkedDigest.Of(bytes);
        Assert.Equal(HttpStatusCode.OK, (await server.Client.PutAsync($"{Path}/{right}", new ByteArrayContent(bytes))).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await server.Client.GetAsync($"{Path}/{said}")).StatusCode);
        foreach (var name in new[] { "x", "..%2f..%2fetc%2fpasswd", $"{right}.chunks", $"../{right}", right + "%00" })
            Assert.Contains((await server.Client.GetAsync($"{Path}/{name}")).StatusCode, new[] { HttpStatusCode.BadRequest, HttpStatusCode.NotFound });
    }

    [Fact]
    public async Task Another_projects_artifact_is_not_there_although_its_bytes_are()
    {
        await using var server = await TestServer.StartAsync();
        await server.Client.PostAsJsonAsync("/api/v1/projects", new { name = "other" });
        var blob = (await (await server.Client.PostAsync(Path, new ByteArrayContent(StoreTests.Bytes(100)))).Content.ReadFromJsonAsync<Blob>(TaktJson.Options))!;
        Assert.Equal(HttpStatusCode.NotFound, (await server.Client.GetAsync($"/api/v1/projects/other/artifacts/{blob.Digest}")).StatusCode);
    }

    [Fact]
    public async Task One_fact_tells_of_a_new_artifact_however_often_it_is_put()
    {
        await using var server = await TestServer.StartAsync();
        for (var i = 0; i < 3; i++) await server.Client.PostAsync(Path, new ByteArrayContent(StoreTests.Bytes(100)));
        var journal = server.Get<IJournal>();
        while ((await journal.ReadAsync(null, -1, 100, ["artifact.put"], default)).Count == 0) await journal.WaitForMoreAsync(await journal.LastPositionAsync(default), default);
        Assert.Single(await journal.ReadAsync(null, -1, 100, ["artifact.put"], default));
    }

    [Fact]
    public async Task A_damaged_artifact_is_named_and_no_byte_of_it_sent()
    {
        await using var server = await TestServer.StartAsync();
        var store = server.Get<IArtifactStore>();
        var blob = await store.PutAsync(ProjectId.Default, StoreTests.Bytes(100), default);
        StoreTests.Write(StoreTests.Files(store).Single(), f => f.SetLength(50));
        var answer = await server.Client.GetAsync($"{Path}/{blob.Digest}");
        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        Assert.Contains("takt:artifact-damaged", await answer.Content.ReadAsStringAsync());
    }
}
