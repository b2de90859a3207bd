using System.Runtime.CompilerServices;
using System.Xml.Linq;

namespace Takt.Architecture.Tests;

/// <summary>The source tree, found from where this file was compiled.</summary>
internal static class Repository
{
    public static readonly string Root = Path.GetFullPath(Path.Combine(Here(), "..", ".."));

    /// <summary>The modules in the order data flows; each may read only those before it.</summary>
    public static readonly string[] Order =
    [
        "Kernel", "Native.Posix", "Native.DuckDb", "Native.OnnxRuntime", "Records", "Journal", "Artifacts", "Access", "Datasets", "Features", "Tracking",
        "Quality", "Registry", "Trainers", "Serving", "Monitoring", "Pipelines", "Definitions", "Dossier", "Web", "Server", "Supervisor", "Client", "Cli",
    ];

    public static IEnumerable<string> Projects() =>
        Directory.EnumerateDirectories(Path.Combine(Root, "src")).Select(d => Path.GetFileName(d)!).Order(StringComparer.Ordinal);

    public static IReadOnlyList<string> ReferencesOf(string project) =>
    [
        .. XDocument.Load(Path.Combine(Root, "src", project, $"{project}.csproj")).Descendants("ProjectReference")
            .Select(r => Path.GetFileNameWithoutExtension(r.Attribute("Include")!.Value.Replace('\\', '/')))
    ];

    public static IEnumerable<string> Sources(string project) =>
        Directory.EnumerateFiles(Path.Combine(Root, "src", project), "*.cs", SearchOption.AllDirectories);

    private static string Here([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;
}
