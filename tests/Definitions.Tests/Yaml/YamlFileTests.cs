using Takt.Definitions.Yaml;
using Takt.Kernel;

namespace Takt.Definitions.Tests.Yaml;

public sealed class YamlFileTests
{
    [Fact]
    public void Values_come_with_the_lines_they_stand_on()
    {
        var (root, errors) = Read("""
            # a comment
            project: flights

            datasets:
              flights:
                checks:
                  - kind: rows
                    min: 10_000
                  - { kind: not-empty, column: 'origin' }
            """);
        Assert.Empty(errors);
        Assert.Equal("flights", Assert.IsType<SpecScalar>(root!["project"]).Text);
        var flights = (SpecMap)((SpecMap)root["datasets"]!)["flights"]!;
        var checks = (SpecList)flights["checks"]!;
        Assert.Equal((7, 9), (checks.Items[0].Line, checks.Items[1].Line));
        var column = Assert.IsType<SpecScalar>(((SpecMap)checks.Items[1])["column"]);
        Assert.True(column.Quoted);
        Assert.Equal(5, ((SpecMap)root["datasets"]!).Entries[0].Line);
    }

    [Fact]
    public void Every_section_that_is_no_yaml_is_told_and_the_sound_ones_are_read()
    {
        var (root, errors) = Read("""
            project: flights
            datasets:
              flights:
                owner: "nobody closes this
            gates:
              a: {b: 1}
              a: {b: 2}
            pipelines:
              one: [1, 2
            monitors:
              x: y: z
            """);
        Assert.Equal(4, errors.Count);
        Assert.Contains(errors, e => e.Line is 4 or 5 && e.Mend!.Contains("quote", StringComparison.Ordinal));
        Assert.Contains(errors, e => e is { Line: 7 } && e.Message.Contains("a second time; the first is in line 6", StringComparison.Ordinal));
        Assert.Contains(errors, e => e.Line is 9 && e.Mend!.Contains('['));
        Assert.Contains(errors, e => e.Line is 11 && e.Mend!.Contains("': '", StringComparison.Ordinal));
        Assert.NotNull(root!["gates"]);
    }

    [Fact]
    public void A_tab_is_named_where_it_stands()
    {
        var (_, errors) = Read("project: a\ndatasets:\n  b: {}\n\tc: {}\n\td: {}\n");
        Assert.Equal([4, 5], errors.Select(e => e.Line));
        Assert.All(errors, e => Assert.Equal("A tab indents this line.", e.Message));
    }

    [Fact]
    public void Anchors_aliases_merges_and_tags_are_refused_not_followed()
    {
        var (_, errors) = Read("""
            a: &a [x, x, x, x, x, x, x, x, x]
            b: &b [*a, *a, *a, *a, *a, *a, *a]
            c: {<<: {x: 1}}
            d: !!python/object:os.system ls
            """);
        Assert.Contains(errors, e => e.Line == 1 && e.Message.Contains("anchor '&a'", StringComparison.Ordinal));
        Assert.Equal(7, errors.Count(e => e.Line == 2 && e.Message.Contains("alias '*a'", StringComparison.Ordinal)));
        Assert.Contains(errors, e => e.Line == 3 && e.Message.Contains("'<<'", StringComparison.Ordinal));
        Assert.Contains(errors, e => e.Line == 4 && e.Message.Contains("tag", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("# nothing but a comment\n", "empty")]
    [InlineData("- a\n- b\n", "named values")]
    [InlineData("just words", "named values")]
    [InlineData("a: 1\n---\nb: 2\n", "second document")]
    [InlineData("a: \0", "control character")]
    [InlineData("a: caf\uFFFD", "not UTF-8")]
    [InlineData("a: \uD800", "not UTF-8")]
    [InlineData("? [a, b]\n: c\n", "one word")]
    [InlineData("a: @x", "not YAML")]
    public void What_is_no_definition_is_refused_in_words(string text, string expected)
    {
        var (_, errors) = Read(text);
        Assert.Contains(errors, e => e.Message.Contains(expected, StringComparison.Ordinal));
    }

    [Fact]
    public void A_huge_file_and_a_deep_one_are_refused()
    {
        Assert.Contains("characters", Assert.Single(Read("a: " + new string('x', YamlFile.MaxLength)).Errors).Message, StringComparison.Ordinal);
        Assert.Contains("levels deep", Assert.Single(Read("a: " + new string('[', 20_000)).Errors).Message, StringComparison.Ordinal);
        Assert.NotEmpty(Read(string.Concat(Enumerable.Range(0, 5000).Select(i => new string(' ', Math.Min(i, 150)) + "a:\n"))).Errors);
    }

    [Fact]
    public void Random_bytes_never_throw()
    {
        var random = new Random(1);
        const string Alphabet = "abc:-[]{}&*!|>'\"%@`#?, \n\n\t  01~<";
        for (var i = 0; i < 3000; i++)
        {
            var text = string.Create(random.Next(60), random, (span, r) => { foreach (ref var c in span) c = Alphabet[r.Next(Alphabet.Length)]; });
            Read(text);
        }
    }

    private static (SpecMap? Root, IReadOnlyList<SpecError> Errors) Read(string text)
    {
        var errors = new SpecErrors();
        var reading = YamlFile.Read(text.ReplaceLineEndings("\n"), errors);
        return (reading.Root, errors.All);
    }
}
