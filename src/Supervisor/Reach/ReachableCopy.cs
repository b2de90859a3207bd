using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Takt.Supervisor;

/// <summary>
/// Started as root from a folder that is closed to others (such as root's own home), Takt's unprivileged processes cannot read their programs:
/// they get a copy in an open place, named by what it holds, so that it is made once.
/// </summary>
internal static class ReachableCopy
{
    // Named for root alone to write in; the second where a system keeps /var/lib read-only.
    private static readonly string[] openPlaces = ["/var/lib/takt", "/var/tmp/takt-root"];

    private const UnixFileMode OpenFolder = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    internal static PostgresBinaries Of(PostgresBinaries binaries, ClusterUser user)
    {
        if (!user.Differs || binaries.Libraries is null || FirstClosedFolder(binaries.Programs) is null) return binaries;
        var copy = Of(Path.GetDirectoryName(binaries.Programs)!, "postgres");
        return binaries with { Programs = Path.Combine(copy, "bin"), Libraries = Path.Combine(copy, "lib") };
    }

    /// <summary>A copy of a whole folder that everybody may read; made where it is missing.</summary>
    internal static string Of(string folder, string label)
    {
        var digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Listing(folder))))[..16];
        var place = OpenPlace();
        var copy = Path.Combine(place, $"{label}-{digest}");
        if (Directory.Exists(copy)) return copy;
        var unfinished = $"{copy}.{Environment.ProcessId.ToString(CultureInfo.InvariantCulture)}.unfinished";
        Copy(new DirectoryInfo(folder), unfinished);
        try
        {
            Directory.Move(unfinished, copy);
        }
        catch (IOException) when (Directory.Exists(copy))
        {
            Directory.Delete(unfinished, recursive: true); // somebody else was first
        }

        return copy;
    }

    /// <summary>The first folder on the way to <paramref name="path"/> (itself not counted) that others may not pass; null where they reach it.</summary>
    internal static string? FirstClosedFolder(string path)
    {
        var onTheWay = new Stack<DirectoryInfo>();
        for (var folder = new DirectoryInfo(Path.GetFullPath(path)).Parent; folder is not null; folder = folder.Parent) onTheWay.Push(folder);
        return onTheWay.FirstOrDefault(folder => folder.Exists && !File.GetUnixFileMode(folder.FullName).HasFlag(UnixFileMode.OtherExecute))?.FullName;
    }

    /// <summary>A folder of root's that everybody may pass and nobody else may write in.</summary>
    internal static string OpenPlace()
    {
        foreach (var place in openPlaces)
        {
            try
            {
                Directory.CreateDirectory(place, OpenFolder);
                File.SetUnixFileMode(place, OpenFolder);
                if (Native.Posix.PosixFiles.OwnerOf(place) == 0) return place;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                continue;
            }
        }

        throw new IOException($"None of {string.Join(", ", openPlaces)} can be written by root.");
    }

    private static string Listing(string folder)
    {
        var text = new StringBuilder(folder).Append('\n');
        foreach (var file in new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).OrderBy(file => file.FullName, StringComparer.Ordinal))
            text.Append(file.FullName).Append('\t').Append(file.Length).Append('\t').Append(file.LastWriteTimeUtc.Ticks).Append('\n');
        return text.ToString();
    }

    private static void Copy(DirectoryInfo from, string to)
    {
        Directory.CreateDirectory(to, OpenFolder);
        File.SetUnixFileMode(to, OpenFolder);
        foreach (var entry in from.EnumerateFileSystemInfos())
        {
            var target = Path.Combine(to, entry.Name);
            if (entry.LinkTarget is { } link) File.CreateSymbolicLink(target, link);
            else if (entry is DirectoryInfo folder) Copy(folder, target);
            else
            {
                File.Copy(entry.FullName, target);
                File.SetUnixFileMode(target, entry.UnixFileMode | UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead
                    | (entry.UnixFileMode.HasFlag(UnixFileMode.UserExecute) ? UnixFileMode.GroupExecute | UnixFileMode.OtherExecute : 0));
            }
        }
    }
}
