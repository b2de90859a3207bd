namespace Takt.TestKit;

/// <summary>The real data sets, in <c>shared/data</c> beside the repository.</summary>
public static class SharedData
{
    /// <summary>The repository's root.</summary>
    public static string Repository { get; } = FindRepository();

    /// <summary>A data set's file, e.g. <c>ai4i2020/ai4i2020.csv</c>; where it is missing the test is skipped, or fails in CI.</summary>
    public static string Find(string path)
    {
        var file = Path.GetFullPath(Path.Combine(Repository, "..", "shared", "data", path));
        return File.Exists(file) ? file : throw Missing.Infrastructure($"The real data are not here: shared/data/{path} beside the repository.");
    }

    private static string FindRepository()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Directory.Packages.props"))) return folder.FullName;
        throw new InvalidOperationException($"{AppContext.BaseDirectory} lies in no Takt repository.");
    }
}
