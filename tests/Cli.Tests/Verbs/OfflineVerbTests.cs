using Takt.TestKit;

namespace Takt.Cli.Tests.Verbs;

public sealed class OfflineVerbTests : IDisposable
{
    private readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Status_of_a_home_where_nothing_runs_says_how_to_start_it()
    {
        var called = await Called.With("status", "--home", folder.Path);
        Assert.Equal(1, called.Code);
        Assert.Equal($"takt: Takt is not running in {folder.Path}: start it with 'takt up'.", called.Errors.Trim());
    }

    [Fact]
    public async Task A_token_that_was_never_made_is_told_with_the_mend()
    {
        var called = await Called.With("token", "show", "--home", folder.Path);
        Assert.Equal(1, called.Code);
        Assert.Contains("no admin token yet. The first 'takt up' makes it.", called.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_token_is_printed_bare_or_as_json()
    {
        Directory.CreateDirectory(folder["tokens"]);
        await File.WriteAllTextAsync(folder["tokens/admin.token"], "the-token\n", TestContext.Current.CancellationToken);
        Assert.Equal("the-token", (await Called.With("token", "show", "--home", folder.Path)).Output.Trim());
        Assert.Contains("\"token\": \"the-token\"", (await Called.With("token", "show", "--home", folder.Path, "--json")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Version_names_all_three()
    {
        var called = await Called.With("version");
        Assert.Matches("^takt [0-9.]+, .NET 10\\.[0-9.]+, PostgreSQL", called.Output);
    }
}
