using Takt.Cli.Definition;
using Takt.Kernel;
using Takt.TestKit;

namespace Takt.Cli.Tests.Definition;

public sealed class ProjectFolderTests : IDisposable
{
    private readonly TestFolder folder = new();

    [Fact]
    public async Task The_files_that_the_definition_names_go_along_and_no_others()
    {
        Directory.CreateDirectory(folder["code"]);
        File.WriteAllText(folder["takt.yaml"], "project: p\npipelines: {x: {steps: {a: {run: python3 code/a.py, code: [b.py, ../c.py]}}}}\n");
        foreach (var name in (string[])["code/a.py", "b.py", "secret.txt"]) File.WriteAllText(folder[name], name);
        File.WriteAllText(Path.Combine(folder.Path, "..", "c.py"), "");
        var read = await ProjectFolder.ReadAsync(folder.Path, TestContext.Current.CancellationToken);
        File.Delete(Path.Combine(folder.Path, "..", "c.py"));
        Assert.Equal(["b.py", "code/a.py"], read.Files.Keys.Order(StringComparer.Ordinal));
        Assert.Null(read.Source);
    }

    [Fact]
    public async Task A_file_that_is_no_utf8_is_told_with_its_line()
    {
        File.WriteAllBytes(folder["takt.yaml"], [.. "project: p\n# caf"u8, 0xE9, (byte)'\n']);
        var refused = await Assert.ThrowsAsync<RefusedException>(() => ProjectFolder.ReadAsync(folder["takt.yaml"], TestContext.Current.CancellationToken));
        Assert.Contains("is not UTF-8 (line 2)", refused.Message, StringComparison.Ordinal);
        Assert.Equal("no-definition", (await Assert.ThrowsAsync<RefusedException>(() => ProjectFolder.ReadAsync(folder["none"], TestContext.Current.CancellationToken))).Problem.Type);
    }

    [Fact]
    public async Task Mistakes_get_the_files_name()
    {
        File.WriteAllText(folder["takt.yaml"], "project: p\n");
        var read = await ProjectFolder.ReadAsync(folder.Path, TestContext.Current.CancellationToken);
        var placed = read.Place(new RefusedException(new Problem("definition-invalid", 422, "x") { Findings = ["line 7: wrong. Mend it."] }));
        Assert.Equal("takt.yaml:7: wrong. Mend it.", Assert.Single(placed.Problem.Findings));
    }

    public void Dispose() => folder.Dispose();
}
