using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Takt.Kernel;
using Takt.Native.Posix;

namespace Takt.Supervisor;

/// <summary>Where a cluster, its socket and its log lie, and what can be read off them from outside.</summary>
internal sealed record ClusterFolders(string Root, string Data, string Socket, string LogFile)
{
    /// <summary>What a unix socket's path may take (107 bytes) less the socket's own name.</summary>
    private const int LongestSocketFolder = 107 - 15;

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private string LockFile => Path.Combine(Data, "postmaster.pid");

    /// <summary>The major version that made the cluster; null where there is none yet.</summary>
    internal int? MajorOfCluster
    {
        get
        {
            var file = Path.Combine(Data, "PG_VERSION");
            return File.Exists(file) ? int.Parse(File.ReadAllText(file).Trim(), CultureInfo.InvariantCulture) : null;
        }
    }

    internal static ClusterFolders Prepare(EmbeddedPostgresOptions options, ClusterUser user)
    {
        var root = Path.GetFullPath(options.Folder);
        Own(root, user);
        if (user.Differs && ReachableCopy.FirstClosedFolder(root) is { } closed)
        {
            throw new RefusedException(new Problem("postgres-failed", 503,
                $"PostgreSQL runs as '{user.Runs.Name}', who cannot reach {root}: {closed} is closed to others.", "Choose a home that others can reach, e.g. --home /var/lib/takt/home."));
        }

        var socket = Path.Combine(root, "run");
        if (Encoding.UTF8.GetByteCount(socket) > LongestSocketFolder)
        {
            var digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(root)))[..16];
            socket = $"/tmp/takt-pg-{user.Connects.UserId.ToString(CultureInfo.InvariantCulture)}-{digest}";
        }

        Own(socket, user);
        var log = Path.Combine(root, "log");
        Own(log, user);
        return new(root, Path.Combine(root, "data"), socket, Path.Combine(log, "postgres.log"));
    }

    /// <summary>What the running (or dead) postmaster wrote of itself; null where there is nothing to read.</summary>
    internal (int Process, bool Ready)? ReadLock()
    {
        try
        {
            var lines = File.ReadAllLines(LockFile);
            if (lines.Length < 1 || !int.TryParse(lines[0], CultureInfo.InvariantCulture, out var process)) return null;
            return (process, lines.Length > 7 && lines[7].Trim() == "ready");
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Whether this process is the postmaster of this cluster, and not another that got the same number later.</summary>
    internal bool IsPostmaster(int process)
    {
        if (!ProcessControl.IsAlive(process)) return false;
        try
        {
            // A postmaster's working folder is its cluster.
            return new FileInfo($"/proc/{process}/cwd").LinkTarget is not { } folder || folder == Data || Directory.ResolveLinkTarget(Data, true)?.FullName == folder;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return true; // no /proc here: the number is all there is
        }
    }

    /// <summary>Removes the lock that a killed postmaster left behind, where its number now belongs to another process: PostgreSQL would take that one for its own.</summary>
    internal void ClearStaleLock()
    {
        if (ReadLock() is { } found && !IsPostmaster(found.Process)) File.Delete(LockFile);
    }

    /// <summary>The last lines of the log.</summary>
    internal string LogTail(int lines)
    {
        try
        {
            return string.Join('\n', File.ReadLines(LogFile).Where(line => line.Length > 0).TakeLast(lines));
        }
        catch (IOException)
        {
            return "";
        }
    }

    private static void Own(string folder, ClusterUser user)
    {
        if (!Directory.Exists(folder)) Directory.CreateDirectory(folder, OwnerOnly);
        else if (OperatingSystem.IsLinux() && PosixFiles.OwnerOf(folder) is var owner && owner != user.Runs.UserId && owner != user.Connects.UserId)
        {
            throw new RefusedException(new Problem("postgres-failed", 503, $"{folder} belongs to another user (number {owner}).", "Remove it, or choose another home."));
        }

        File.SetUnixFileMode(folder, OwnerOnly);
        if (user.Differs) PosixFiles.SetOwner(folder, user.Runs.UserId, user.Runs.GroupId);
    }
}
