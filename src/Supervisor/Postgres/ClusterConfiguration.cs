using Takt.Native.Posix;

namespace Takt.Supervisor;

/// <summary>The three files that say how the cluster runs and whom it lets in. Ours: written anew at every start.</summary>
internal static class ClusterConfiguration
{
    /// <summary>The cluster's superuser: owns and migrates.</summary>
    internal const string Owner = "takt";

    internal const string Database = "takt";

    internal static void Write(ClusterFolders folders, ClusterUser user, bool throwaway)
    {
        Replace(folders, user, "postgresql.conf", $"""
            # Written by Takt at every start. Your own settings belong into postgresql.auto.conf (ALTER SYSTEM).
            listen_addresses = ''
            unix_socket_directories = '{folders.Socket.Replace("'", "''", StringComparison.Ordinal)}'
            unix_socket_permissions = 0700
            max_connections = 100
            shared_buffers = 64MB
            max_wal_size = 512MB
            min_wal_size = 64MB
            jit = off
            fsync = {(throwaway ? "off" : "on")}
            synchronous_commit = {(throwaway ? "off" : "on")}
            full_page_writes = {(throwaway ? "off" : "on")}
            timezone = 'UTC'
            log_timezone = 'UTC'
            lc_messages = 'C'
            log_destination = 'stderr'
            log_line_prefix = '%m [%p] '
            log_checkpoints = off
            # Statements carry users' data: never in a log.
            log_min_error_statement = panic
            log_error_verbosity = terse

            """);
        // Peer: the kernel says who is at the other end. Steps run as other users, so they are turned away.
        Replace(folders, user, "pg_hba.conf", "local all all peer map=takt\n");
        Replace(folders, user, "pg_ident.conf", string.Concat(new[] { Owner, "takt_owner", "takt_app" }.Select(role => $"takt \"{user.Connects.Name}\" {role}\n")));
    }

    private static void Replace(ClusterFolders folders, ClusterUser user, string name, string text)
    {
        var file = Path.Combine(folders.Data, name);
        if (File.Exists(file) && File.ReadAllText(file) == text) return;
        var next = file + ".next";
        File.WriteAllText(next, text);
        File.SetUnixFileMode(next, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        if (user.Differs) PosixFiles.SetOwner(next, user.Runs.UserId, user.Runs.GroupId);
        File.Move(next, file, overwrite: true);
    }
}
