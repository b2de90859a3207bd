using Takt.Artifacts;
using Takt.Kernel;
using Takt.Native.DuckDb;

namespace Takt.Datasets.Engine;

/// <summary>The module's DuckDB: one database, opened on first use, that sees the artifacts' local files and the module's work folder and nothing else.</summary>
internal sealed class DataEngine : IDisposable
{
    private readonly Lazy<DuckDatabase> database;
    private readonly string work;

    public DataEngine(IArtifactStore artifacts, TaktHome home)
    {
        work = Path.Combine(home.Work, "datasets");
        database = new Lazy<DuckDatabase>(() => Open(artifacts));
    }

    public DuckConnection Connect() => database.Value.Connect();

    /// <summary>A folder for one delivery; gone when disposed.</summary>
    public WorkFolder NewFolder(string name)
    {
        _ = database.Value; // sweeps what a killed process left, before the first folder is made
        return new WorkFolder(Path.Combine(work, name));
    }

    public void Dispose()
    {
        if (database.IsValueCreated) database.Value.Dispose();
    }

    private DuckDatabase Open(IArtifactStore artifacts)
    {
        if (Directory.Exists(work)) Directory.Delete(work, recursive: true);
        var spill = Directory.CreateDirectory(Path.Combine(work, "spill")).FullName;
        return DuckDatabase.OpenInMemory(new DuckLimits { Folders = [artifacts.LocalFolder, work], TempFolder = spill });
    }
}

/// <summary>A folder that is gone when disposed.</summary>
internal sealed class WorkFolder : IDisposable
{
    private readonly string path;

    public WorkFolder(string path) => this.path = Directory.CreateDirectory(path).FullName;

    public string this[string name] => Path.Combine(path, name);

    public void Dispose() => Directory.Delete(path, recursive: true);
}
