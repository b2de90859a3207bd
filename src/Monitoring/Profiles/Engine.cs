using Takt.Artifacts;
using Takt.Native.DuckDb;

namespace Takt.Monitoring;

/// <summary>The embedded DuckDB for the monitors' own questions: it may read Artifacts and the folders of the files it is given, and nothing else. One caller at a time.</summary>
internal sealed class Engine(IArtifactStore artifacts) : IDisposable
{
    private readonly HashSet<string> folders = new(StringComparer.Ordinal) { Below(artifacts.LocalFolder) };
    private DuckDatabase? database;

    /// <summary>A connection that may read these files.</summary>
    public DuckConnection Connect(params IEnumerable<string> paths)
    {
        var wider = false;
        foreach (var path in paths.Select(Path.GetFullPath))
            if (!folders.Any(f => path.StartsWith(f, StringComparison.Ordinal)))
                wider |= folders.Add(Below(Path.GetDirectoryName(path)!));
        if (wider || database is null)
        {
            // Its limits cannot be changed once it runs.
            database?.Dispose();
            database = DuckDatabase.OpenInMemory(new DuckLimits { Folders = [.. folders], MemoryMegabytes = 1024, Threads = 2 });
        }
        return database.Connect();
    }

    private static string Below(string folder) => Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)) + Path.DirectorySeparatorChar;

    public void Dispose() => database?.Dispose();
}
