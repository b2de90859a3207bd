using Takt.Native.Posix;

namespace Takt.Pipelines.Execution;

/// <summary>Brings a kept file to where a step reads it.</summary>
internal static class InputFiles
{
    /// <summary>Whether the step's user can read it once it is mounted.</summary>
    private static bool Readable(string path) =>
        OperatingSystem.IsWindows() || !PosixUser.IsRoot || File.GetUnixFileMode(path).HasFlag(UnixFileMode.OtherRead);

    /// <summary>
    /// The step finds <paramref name="kept"/> at <paramref name="path"/>, relative to its folder, so that no path of this machine gets into what it writes:
    /// mounted there where the step's user may read it, else copied.
    /// </summary>
    /// <param name="mounts">Grows by what must be mounted.</param>
    public static string Give(string kept, string folder, string path, List<Mount> mounts)
    {
        var inside = Path.Combine(folder, path);
        if (Readable(kept)) mounts.Add(new Mount(kept, inside));
        else Place(kept, inside);
        return path;
    }

    /// <summary>Where there is no sandbox, a link stands for a mount.</summary>
    public static void Link(IEnumerable<Mount> mounts)
    {
        foreach (var mount in mounts.Where(m => m.Inside != m.Source))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(mount.Inside)!);
            File.CreateSymbolicLink(mount.Inside, mount.Source);
        }
    }

    /// <summary>A copy that the step may do with what it likes.</summary>
    public static void Place(string kept, string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.Copy(kept, path, overwrite: true);
        Own(path);
    }

    // A copy takes over its source's mode, and kept files may not be written.
    private static void Own(string path)
    {
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }
}
