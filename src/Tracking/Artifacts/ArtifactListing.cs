namespace Takt.Tracking;

/// <summary>An entry of a folder.</summary>
/// <param name="Name">The last part of its path.</param>
/// <param name="Size">Null for a folder.</param>
internal sealed record ArtifactEntry(string Name, long? Size);

/// <summary>Folders are nothing but what paths have in common.</summary>
internal static class ArtifactListing
{
    /// <summary>Folders and files right below <paramref name="folder"/>, by name.</summary>
    /// <param name="files">Paths and sizes, sorted by path.</param>
    /// <param name="folder">Without a slash at its end; empty: the root.</param>
    public static List<ArtifactEntry> Below(IEnumerable<(string Path, long Size)> files, string folder)
    {
        var from = folder.Length == 0 ? 0 : folder.Length + 1;
        var entries = new List<ArtifactEntry>();
        var folders = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (path, size) in files)
        {
            if (path.Length <= from || from > 0 && (path[from - 1] != '/' || !path.StartsWith(folder, StringComparison.Ordinal))) continue;
            var slash = path.IndexOf('/', from);
            if (slash < 0) entries.Add(new ArtifactEntry(path[from..], size));
            else if (folders.Add(path[from..slash])) entries.Add(new ArtifactEntry(path[from..slash], null));
        }
        entries.Sort((a, b) => string.CompareOrdinal(a.Name, b.Name));
        return entries;
    }
}
