using System.Reflection;
using System.Text.RegularExpressions;
using Takt.Kernel;
using Takt.Server;

namespace Takt.Architecture.Tests;

public sealed partial class HouseRules
{
    /// <summary>Every library module's assembly and the namespace-free name of its door.</summary>
    public static TheoryData<string> Modules => [.. ModuleList.All.Select(m => m.GetType().Assembly.GetName().Name!)];

    [Theory]
    [MemberData(nameof(Modules))]
    public void A_module_shows_its_door_and_its_contracts_alone(string assembly)
    {
        var project = assembly["Takt.".Length..];
        var contracts = Repository.Sources(project)
            .Where(f => f.Contains($"{Path.DirectorySeparatorChar}Contracts{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .Select(File.ReadAllText).ToList();
        var outside = Assembly.Load(assembly).GetExportedTypes()
            .Where(t => !t.IsNested && !typeof(IModule).IsAssignableFrom(t))
            .Where(t => !contracts.Exists(text => Regex.IsMatch(text, $@"\b(class|record|struct|interface|enum|delegate)\b[^;{{(]*\b{Regex.Escape(t.Name.Split('`')[0])}\b")))
            .Select(t => t.FullName);
        Assert.Empty(outside);
    }

    [Theory]
    [MemberData(nameof(ReferencesFollowTheData.Projects), MemberType = typeof(ReferencesFollowTheData))]
    public void A_name_says_what_the_thing_does(string project) =>
        Assert.DoesNotContain(Repository.Sources(project).Select(Path.GetFileNameWithoutExtension), name => EmptyName().IsMatch(name!));

    [Theory]
    [MemberData(nameof(ReferencesFollowTheData.Projects), MemberType = typeof(ReferencesFollowTheData))]
    public void Unsafe_code_and_imports_stay_in_the_native_rooms(string project)
    {
        if (project.StartsWith("Native.", StringComparison.Ordinal)) return;
        Assert.DoesNotContain(Repository.Sources(project), file => Unsafe().IsMatch(File.ReadAllText(file)));
    }

    [Fact]
    public void The_solution_names_every_project()
    {
        var solution = File.ReadAllText(Path.Combine(Repository.Root, "Takt.slnx"));
        var projects = new[] { "src", "tests" }.SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*.csproj", SearchOption.AllDirectories))
            .Select(path => Path.GetRelativePath(Repository.Root, path).Replace('\\', '/')).Where(path => !path.Contains("/node_modules/", StringComparison.Ordinal));
        Assert.DoesNotContain(projects, path => !solution.Contains($"\"{path}\"", StringComparison.Ordinal));
    }

    [Fact]
    public void Modules_have_different_names_that_are_schemas() =>
        Assert.All(ModuleList.All.GroupBy(m => m.Name), g =>
        {
            Assert.Single(g);
            Assert.Matches("^[a-z][a-z_]*$", g.Key);
        });

    [GeneratedRegex("(Manager|Helper|Utils|Util|Common)$|^Base")]
    private static partial Regex EmptyName();

    [GeneratedRegex(@"\[(LibraryImport|DllImport)\b|\bunsafe\b")]
    private static partial Regex Unsafe();
}
