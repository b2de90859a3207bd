using System.Net;
using System.Text.RegularExpressions;
using Takt.TestHost;

namespace Takt.Web.Tests;

public sealed partial class ServePageTests
{
    [Fact]
    public async Task Page_comes_fresh_with_a_nonce_of_its_own_and_a_policy_that_allows_nothing_foreign()
    {
        await using var server = await TestServer.StartAsync(new WebModule());
        using var stranger = new HttpClient { BaseAddress = server.Address };
        string[] nonces = [await NonceAsync(stranger, "/"), await NonceAsync(stranger, "/signin"), await NonceAsync(stranger, "/p/default")];
        Assert.Equal(3, nonces.Distinct().Count());
    }

    [Fact]
    public async Task Files_whose_names_carry_their_digests_are_kept_for_ever_and_sent_compressed()
    {
        await using var server = await TestServer.StartAsync(new WebModule());
        using var stranger = new HttpClient(new HttpClientHandler { AutomaticDecompression = DecompressionMethods.None }) { BaseAddress = server.Address };
        var script = ScriptAddress().Match(await stranger.GetStringAsync("/")).Groups[1].Value;
        stranger.DefaultRequestHeaders.AcceptEncoding.ParseAdd("br");
        using var answer = await stranger.GetAsync(script);
        Assert.Equal("public, max-age=31536000, immutable", answer.Headers.GetValues("Cache-Control").Single());
        Assert.Equal("br", answer.Content.Headers.ContentEncoding.Single());
        Assert.Equal("text/javascript", answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.InRange((await answer.Content.ReadAsByteArrayAsync()).Length, 10_000, 200_000);
    }

    [Theory]
    [InlineData("/app/assets/none.js"), InlineData("/app/../index.html"), InlineData("/app/%2e%2e/index.html"), InlineData("/app/")]
    public async Task What_is_no_file_of_the_page_is_not_found(string path)
    {
        await using var server = await TestServer.StartAsync(new WebModule());
        using var stranger = new HttpClient { BaseAddress = server.Address };
        using var answer = await stranger.GetAsync(path);
        Assert.NotEqual(HttpStatusCode.OK, answer.StatusCode);
    }

    private static async Task<string> NonceAsync(HttpClient client, string path)
    {
        using var answer = await client.GetAsync(path);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("no-store", answer.Headers.GetValues("Cache-Control").Single());
        var policy = answer.Headers.GetValues("Content-Security-Policy").Single();
        Assert.StartsWith("default-src 'none'; script-src 'self'; ", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        var nonce = Nonce().Match(policy).Groups[1].Value;
        Assert.Contains($"content=\"{nonce}\"", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        return nonce;
    }

    [GeneratedRegex("'nonce-([^']+)'")]
    private static partial Regex Nonce();

    [GeneratedRegex("src=\"(/app/assets/[^\"]+\\.js)\"")]
    private static partial Regex ScriptAddress();
}
