using System.Text.Json.Nodes;
using Takt.Definitions.Reading;
using Takt.Kernel;

namespace Takt.Definitions.Tests.Reading;

public sealed class DefinitionReaderTests
{
    private readonly DefinitionReader reader = new([new WordsPart("datasets"), new WordsPart("pipelines", refersTo: "datasets")]);

    [Fact]
    public void A_sound_file_reaches_its_parts()
    {
        var read = Read("""
            project: flights
            datasets:
              flights: {word: late}
            pipelines:
              train: {file: train.py, uses: flights}
            """, ("train.py", "print(1)"));
        Assert.False(read.Errors.Any, string.Join("\n", read.Errors.All));
        Assert.Equal(["datasets", "pipelines"], read.Parts.Select(p => p.Part.Key));
    }

    [Fact]
    public void All_mistakes_of_all_parts_are_told_at_once_in_the_order_of_their_lines()
    {
        var read = Read("""
            project: other
            dataset:
              flights: {word: late}
            datasets:
              a: {wort: late}
              b: {word: x, count: many}
            pipelines:
              train: {word: x, uses: c}
              "": oops
            triggers
            """);
        Assert.Equal([1, 2, 5, 5, 6, 8, 9], read.Errors.All.Select(e => e.Line).Where(l => l < 10));
        Assert.Contains(read.Errors.All, e => e.ToString() == "line 2: A definition has no 'dataset'. Did you mean 'datasets'?");
        Assert.Contains(read.Errors.All, e => e.ToString() == "line 5: a has no 'wort'. Did you mean 'word'?");
        Assert.Contains(read.Errors.All, e => e.ToString() == "line 8: There is no 'c' under 'datasets:'. Defined there: a, b.");
        Assert.Contains(read.Errors.All, e => e.Line is 10 or 11 && e.Message.StartsWith("This is not YAML", StringComparison.Ordinal));
    }

    [Fact]
    public void A_file_without_its_project_is_told_how_to_begin()
    {
        Assert.Equal("line 1: The definition does not say whose it is. Begin with 'project: flights'.", Assert.Single(Read("datasets: {a: {word: b}}").Errors.All).ToString());
    }

    [Fact]
    public void What_the_file_leaves_out_is_empty()
    {
        var read = Read("project: flights\ndatasets:\n");
        Assert.False(read.Errors.Any);
        Assert.Equal(2, read.Parts.Count);
    }

    [Fact]
    public void Nothing_is_said_about_names_of_a_section_that_cannot_be_read()
    {
        var read = Read("project: flights\ndatasets:\n  a: [\npipelines:\n  p: {word: x, uses: a}\n");
        Assert.StartsWith("line 4: This is not YAML", Assert.Single(read.Errors.All).ToString().Replace("line 3", "line 4", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../secret")]
    [InlineData("/etc/passwd")]
    [InlineData("a//b")]
    [InlineData("a\\b")]
    public void Paths_stay_inside_the_project(string path) =>
        Assert.Equal("definition-invalid", new DefinitionSource("", new Dictionary<string, string> { [path] = "" }, null).Refusal()!.Type);

    [Fact]
    public void The_digest_covers_the_file_and_all_it_names()
    {
        Digest Of(string file, params (string, string)[] files) => new DefinitionSource(file, files.ToDictionary(f => f.Item1, f => f.Item2), null).Digest;
        Assert.Equal(Of("a", ("x", "1"), ("y", "2")), Of("a", ("y", "2"), ("x", "1")));
        Assert.NotEqual(Of("a", ("x", "1")), Of("a", ("x", "2")));
        Assert.NotEqual(Of("a", ("x", "1")), Of("ax", ("", "1")));
    }

    [Fact]
    public void The_schema_holds_every_part()
    {
        var schema = DefinitionSchema.Of(reader.Parts);
        Assert.Equal(["project", "datasets", "pipelines"], ((JsonObject)schema["properties"]!).Select(p => p.Key));
    }

    private ReadDefinition Read(string file, params (string Path, string Text)[] files) =>
        reader.Read(new DefinitionSource(file.ReplaceLineEndings("\n"), files.ToDictionary(f => f.Path, f => f.Text), null), "flights");
}
