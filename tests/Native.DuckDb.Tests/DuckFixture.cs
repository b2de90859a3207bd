namespace Takt.Native.DuckDb.Tests;

/// <summary>A locked-down database with one folder that it may use, and one beside it that it may not.</summary>
public sealed class DuckFixture : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("takt-engines-").FullName;

    public DuckFixture()
    {
        Folder = Directory.CreateDirectory(Path.Combine(root, "allowed")).FullName;
        Outside = Directory.CreateDirectory(Path.Combine(root, "allowed-not")).FullName;
        Database = DuckDatabase.OpenInMemory(new DuckLimits { Folders = [Folder], Threads = 2 });
    }

    public DuckDatabase Database { get; }

    public string Folder { get; }

    public string Outside { get; }

    public void Dispose()
    {
        Database.Dispose();
        Directory.Delete(root, recursive: true);
    }
}
