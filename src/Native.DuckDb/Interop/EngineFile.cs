using System.Runtime.InteropServices;

namespace Takt.Native.DuckDb;

/// <summary>Finds the engine's library: <c>TAKT_ENGINES</c>, then <c>engines</c> beside the program, then <c>.build/engines</c> in a folder above it.</summary>
internal static class EngineFile
{
    public static string Name { get; } = OperatingSystem.IsWindows() ? "duckdb.dll" : OperatingSystem.IsMacOS() ? "libduckdb.dylib" : "libduckdb.so";

    /// <exception cref="DllNotFoundException">It is nowhere; the message names the mend.</exception>
    public static string Find()
    {
        foreach (var folder in Folders())
        {
            var path = Path.Combine(folder, Name);
            if (File.Exists(path)) return path;
        }
        throw new DllNotFoundException(
            $"DuckDB ({Name}) is missing for {RuntimeInformation.RuntimeIdentifier}. Run `dotnet build` in Takt's sources (it needs Node 20 with npm), or set TAKT_ENGINES to the folder that holds it.");
    }

    private static IEnumerable<string> Folders()
    {
        if (Environment.GetEnvironmentVariable("TAKT_ENGINES") is { Length: > 0 } named)
        {
            yield return named;
            yield break;
        }
        yield return Path.Combine(AppContext.BaseDirectory, "engines");
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            yield return Path.Combine(folder.FullName, ".build", "engines");
    }
}
