using Takt.Native.Posix;

namespace Takt.Pipelines.Execution;

/// <summary>Brings a kept file to where a step reads it.</summary>
internal static class InputFiles
{
    /// <summary>Whether the step's process can read it where it lies, once it is mounted.</summary>
    public static bool Readable(string path) =>
        OperatingSystem.IsWindows() || !PosixUser.IsRoot || File.GetUnixFileMode(path).HasFlag(UnixFileMode.OtherRead);

    /// <summary>
    /// The path under which the step finds <paramref name="kept"/>: itself (mounted) where the step may read it, else a copy inside the step's folder.
    /// </summary>
    /// <param name="mounts">Grows by what must be mounted.</param>
    public static string Give(string kept, string copy, List<string> mounts)
    {
        if (Readable(kept))
        {
            mounts.Add(kept);
            return kept;
        }
        Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
        File.Copy(kept, copy, overwrite: true);
        Own(copy);
        return copy;
    }

    /// <summary>As <see cref="Give"/>, but always under a path inside the step's folder, which a user's code can know: a copy.</summary>
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
