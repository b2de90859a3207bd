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

    // Of each label; an older build may still run.
    private const int Kept = 8;

    private const UnixFileMode OpenFolder = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    internal static PostgresBinaries Of(PostgresBinaries binaries, ClusterUser user)
    {
        if (!user.Differs || binaries.Libraries is null || FirstClosedFolder(binaries.Programs) is null) return binaries;
        var copy = Of(Path.GetDirectoryName(binaries.Programs)!, "postgres");
        return binaries with { Programs = Path.Combine(copy, "bin"), Libraries = Path.Combine(copy, "lib") };
    }

    /// <summary>A copy of a folder that everybody may read; made where it is missing.</summary>
    /// <param name="folder">What to copy.</param>
    /// <param name="label">The copy's name begins with it.</param>
    /// <param name="parts">Only these files and folders of it; all where null.</param>
    internal static string Of(string folder, string label, IReadOnlyList<string>? parts = null)
    {
        var copy = Path.Combine(OpenPlace(), $"{label}-{Fingerprint(folder, "*", parts)}");
        if (Directory.Exists(copy)) return copy;
        var unfinished = $"{copy}.{Environment.ProcessId.ToString(CultureInfo.InvariantCulture)}.unfinished";
        Directory.CreateDirectory(unfinished, OpenFolder);
        if (parts is null) CopyFolder(new DirectoryInfo(folder), unfinished);
        else foreach (var part in parts) CopyPart(folder, part, unfinished);
        try
        {
            Directory.Move(unfinished, copy);
        }
        catch (IOException) when (Directory.Exists(copy))
        {
            Directory.Delete(unfinished, recursive: true); // somebody else was first
        }

        foreach (var old in new DirectoryInfo(OpenPlace()).EnumerateDirectories($"{label}-*").OrderByDescending(old => old.CreationTimeUtc).Skip(Kept)) old.Delete(recursive: true);
        return copy;
    }

    /// <summary>Names what a folder holds by its files' names, sizes and times, without reading them.</summary>
    internal static string Fingerprint(string folder, string pattern, IReadOnlyList<string>? parts = null)
    {
        var text = new StringBuilder(folder).Append('\n').AppendJoin('\n', parts ?? []);
        foreach (var file in new DirectoryInfo(folder).EnumerateFiles(pattern, parts is null ? SearchOption.AllDirectories : SearchOption.TopDirectoryOnly).OrderBy(file => file.FullName, StringComparer.Ordinal))
            text.Append(file.FullName).Append('\t').Append(file.Length).Append('\t').Append(file.LastWriteTimeUtc.Ticks).Append('\n');
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())))[..16];
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

    private static void CopyPart(string folder, string part, string to)
    {
        var source = Path.Combine(folder, part);
        var target = Path.Combine(to, part);
        for (var above = Path.GetDirectoryName(part); !string.IsNullOrEmpty(above); above = Path.GetDirectoryName(above)) Directory.CreateDirectory(Path.Combine(to, above), OpenFolder);
        if (File.Exists(source)) CopyFile(new FileInfo(source), target);
        else if (Directory.Exists(source)) CopyFolder(new DirectoryInfo(source), target);
    }

    private static void CopyFolder(DirectoryInfo from, string to)
    {
        Directory.CreateDirectory(to, OpenFolder);
        File.SetUnixFileMode(to, OpenFolder);
        foreach (var entry in from.EnumerateFileSystemInfos())
        {
            var target = Path.Combine(to, entry.Name);
            if (entry.LinkTarget is { } link) File.CreateSymbolicLink(target, link);
            else if (entry is DirectoryInfo folder) CopyFolder(folder, target);
            else CopyFile((FileInfo)entry, target);
        }
    }

    private static void CopyFile(FileInfo file, string target)
    {
        file.CopyTo(target);
        var mode = file.UnixFileMode | UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
        if (mode.HasFlag(UnixFileMode.UserExecute)) mode |= UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        File.SetUnixFileMode(target, mode);
    }
}
