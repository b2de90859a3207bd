using Takt.Artifacts;
using Takt.Kernel;
using Takt.Native.DuckDb;

namespace Takt.Datasets.Engine;

/// <summary>Opens the module's DuckDB for one delivery at a time: some 30 ms, and between deliveries it holds no memory.</summary>
internal sealed class DataEngine(IArtifactStore artifacts, TaktHome home)
{
    private readonly string root = Swept(Path.Combine(home.Work, "datasets"));

    public DeliveryWork Open(DeliveryId delivery) => new(artifacts.LocalFolder, Path.Combine(root, delivery.ToString()));

    /// <summary>What a killed process left behind goes.</summary>
    private static string Swept(string root)
    {
        if (Directory.Exists(root)) Directory.Delete(root, recursive: true);
        return root;
    }
}

/// <summary>A database that sees the artifacts' local files and a folder of its own, which is gone when disposed.</summary>
internal sealed class DeliveryWork : IDisposable
{
    private readonly string folder;
    private readonly DuckDatabase database;

    public DeliveryWork(string artifacts, string folder)
    {
        this.folder = Directory.CreateDirectory(folder).FullName;
        database = DuckDatabase.OpenInMemory(new DuckLimits { Folders = [artifacts, this.folder], TempFolder = Path.Combine(this.folder, "spill") });
    }

    /// <summary>The path of a file in the folder.</summary>
    public string this[string name] => Path.Combine(folder, name);

    public DuckConnection Connect() => database.Connect();

    public void Dispose()
    {
        database.Dispose();
        Directory.Delete(folder, recursive: true);
    }
}
