using System.Globalization;
using Takt.Kernel;
using Takt.Native.Posix;

namespace Takt.Supervisor;

/// <summary>Finds a home and makes its folders, for its owner alone.</summary>
public static class HomeFolders
{
    /// <summary>Below this a start is refused: PostgreSQL stops in the middle of work when its disk is full.</summary>
    private const long LeastFreeBytes = 128L << 20;

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode OthersMayPass = OwnerOnly | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary><paramref name="asked"/>, else <c>TAKT_HOME</c>, else <c>~/.takt</c>.</summary>
    public static TaktHome Locate(string? asked)
    {
        if (string.IsNullOrWhiteSpace(asked)) asked = Environment.GetEnvironmentVariable("TAKT_HOME");
        if (string.IsNullOrWhiteSpace(asked)) asked = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".takt");
        return new(Path.GetFullPath(asked));
    }

    /// <summary>The embedded cluster's folder.</summary>
    internal static string Postgres(this TaktHome home) => Path.Combine(home.Folder, "postgres");

    /// <summary>Makes what is missing and checks that it can be written.</summary>
    /// <exception cref="RefusedException">It cannot, or the disk is full; the problem says which, and the mend.</exception>
    public static void Prepare(this TaktHome home)
    {
        try
        {
            // As root two of its folders belong to unprivileged users, who must be able to pass.
            Make(home.Folder, PosixUser.IsRoot ? OthersMayPass : OwnerOnly);
            foreach (var folder in new[] { home.Artifacts, home.Keys, home.Tokens, home.Logs }) Make(folder, OwnerOnly);
            ReachableFolder.Make(home.Postgres());
            ReachableFolder.Make(home.DataPlane);
            var probe = Path.Combine(home.Folder, ".writable");
            File.WriteAllBytes(probe, new byte[4096]);
            File.Delete(probe);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            throw new RefusedException(new Problem("home-not-writable", 503, $"The home {home.Folder} cannot be written: {e.Message.TrimEnd('.')}.",
                "Choose another with --home DIR or TAKT_HOME, or make this one writable."));
        }

        var free = new DriveInfo(home.Folder).AvailableFreeSpace;
        if (free < LeastFreeBytes)
        {
            throw new RefusedException(new Problem("disk-full", 503,
                string.Create(CultureInfo.InvariantCulture, $"The disk of {home.Folder} has {free >> 20} MB left, and Takt starts with no less than {LeastFreeBytes >> 20} MB."),
                "Free some, or choose a home on another disk with --home DIR or TAKT_HOME."));
        }
    }

    private static void Make(string folder, UnixFileMode mode)
    {
        Directory.CreateDirectory(folder, mode);
        File.SetUnixFileMode(folder, mode);
    }
}
