using System.CommandLine;
using Takt.Cli.Shell;

namespace Takt.Cli.Tests.Shell;

public sealed class HelpTests
{
    public static TheoryData<string> Verbs
    {
        get
        {
            var all = new TheoryData<string>();
            foreach (var verb in VerbList.All) Add(verb, "");
            return all;

            void Add(Command verb, string above)
            {
                var path = $"{above} {verb.Name}".Trim();
                all.Add(path);
                foreach (var below in verb.Subcommands) Add(below, path);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Verbs))]
    public async Task Every_verb_says_what_it_does_and_gives_examples_that_parse(string path)
    {
        var help = await Called.With([.. path.Split(' '), "--help"]);
        Assert.Equal(0, help.Code);
        Assert.Contains("Usage: takt " + path, help.Output, StringComparison.Ordinal);
        Assert.Contains("Examples:", help.Output, StringComparison.Ordinal);

        var command = path.Split(' ').Aggregate((Command)TaktShell.Root(), (at, name) => at.Subcommands.Single(below => below.Name == name));
        var verb = Assert.IsType<Verb>(command);
        Assert.False(string.IsNullOrWhiteSpace(verb.Description));
        Assert.NotEmpty(verb.Examples);
        Assert.All(verb.Examples, example => Assert.Contains($"takt {path}", example, StringComparison.Ordinal));
        foreach (var example in verb.Examples.Where(example => example.StartsWith("takt ", StringComparison.Ordinal)))
        {
            var line = example.Split(" #", 2)[0].Split(" | ", 2)[0].Split(" > ", 2)[0];
            Assert.True(TaktShell.Root().Parse(line["takt ".Length..].Trim()).Errors.Count == 0, $"This example does not parse: {example}");
        }
    }

    [Fact]
    public async Task Without_a_verb_the_help_is_shown()
    {
        var bare = await Called.With();
        Assert.Equal(0, bare.Code);
        Assert.Contains("Every day:", bare.Output, StringComparison.Ordinal);
        Assert.Contains("takt up", bare.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mistyped_verb_is_answered_with_the_one_that_was_meant()
    {
        var called = await Called.With("staus");
        Assert.Equal(2, called.Code);
        Assert.Equal("takt: 'staus' is no verb; did you mean 'status'? See 'takt --help'.", called.Errors.Trim());
    }

    [Fact]
    public async Task A_mistyped_option_is_answered_with_the_one_that_was_meant()
    {
        var called = await Called.With("up", "--prot", "9000");
        Assert.Equal(2, called.Code);
        Assert.Equal("takt: '--prot' is no option here; did you mean '--port'? See 'takt up --help'.", called.Errors.Trim());
    }

    [Fact]
    public async Task A_verb_with_verbs_below_it_names_them()
    {
        var called = await Called.With("token");
        Assert.Equal(2, called.Code);
        Assert.StartsWith("takt: 'token' needs one of: show.", called.Errors, StringComparison.Ordinal);
    }
}
