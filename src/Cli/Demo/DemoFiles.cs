using Takt.Kernel;

namespace Takt.Cli.Demo;

/// <summary>What the demo reads: the flights, and the sample project.</summary>
internal static class DemoFiles
{
    private const string FlightsFile = "flights-3m.parquet";

    /// <exception cref="RefusedException">It is not there.</exception>
    public static string Flights() => Find(Environment.GetEnvironmentVariable("TAKT_ENGINES") is { Length: > 0 } engines
        ? [Path.Combine(engines, FlightsFile)]
        : [.. Above().Select(folder => Path.Combine(folder, ".build", "engines", FlightsFile)), Path.Combine(AppContext.BaseDirectory, "engines", FlightsFile)]);

    /// <exception cref="RefusedException">It is not there.</exception>
    public static string Definition() => Find([.. Above().Select(folder => Path.Combine(folder, "samples", "flights", "takt.yaml"))]);

    private static string Find(IReadOnlyList<string> places) => places.FirstOrDefault(File.Exists) ?? throw new RefusedException(new Problem(
        "demo-file-missing", 503, $"The demo needs {Path.GetFileName(places[0])}, and it is not where it should be ({places[0]}).", "Run ./takt demo in Takt's sources: the build brings it."));

    private static IEnumerable<string> Above()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent) yield return folder.FullName;
    }
}
