using Takt.Native.DuckDb;

namespace Takt.Monitoring;

/// <summary>The embedded DuckDB for the monitors' own questions: it may read the folders of the files it is given, and nothing else. One caller at a time.</summary>
internal sealed class Engine : IDisposable
{
    private readonly HashSet<string> folders = new(StringComparer.Ordinal);
    private DuckDatabase? database;

    /// <summary>A connection that may read these files.</summary>
    public DuckConnection Connect(params IEnumerable<string> paths)
    {
        var wider = false;
        foreach (var path in paths) wider |= folders.Add(Path.GetDirectoryName(Path.GetFullPath(path))!);
        if (wider || database is null)
        {
            // Its limits cannot be changed once it runs.
            database?.Dispose();
            database = DuckDatabase.OpenInMemory(new DuckLimits { Folders = [.. folders], MemoryMegabytes = 512, Threads = 2 });
        }
        return database.Connect();
    }

    public void Dispose() => database?.Dispose();
}
