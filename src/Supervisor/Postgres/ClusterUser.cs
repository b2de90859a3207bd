using Takt.Kernel;
using Takt.Native.Posix;

namespace Takt.Supervisor;

/// <summary>As whom PostgreSQL runs: ourselves, or as root an unprivileged user, since PostgreSQL refuses to be root.</summary>
/// <param name="Runs">The cluster's owner.</param>
/// <param name="Connects">Who runs Takt's server and is let in as the database's owner.</param>
/// <param name="Differs">True where PostgreSQL must be started as somebody else than we are.</param>
internal sealed record ClusterUser(PosixUser Runs, PosixUser Connects, bool Differs)
{
    // A system user "takt" where an administrator made one; else the one that every Unix has.
    private static readonly string[] unprivileged = ["takt", "nobody"];

    internal static ClusterUser Choose()
    {
        var current = PosixUser.Current;
        if (current.Name is null)
        {
            throw new RefusedException(new Problem("postgres-failed", 503,
                $"The user with number {current.UserId} has no name on this machine, and PostgreSQL needs one.",
                "Add the user to /etc/passwd, or point TAKT_DATABASE at an outside PostgreSQL."));
        }

        if (!PosixUser.IsRoot) return new(current, current, Differs: false);
        var other = unprivileged.Select(PosixUser.Find).FirstOrDefault(user => user is { UserId: > 0 }) ?? throw new RefusedException(new Problem(
            "postgres-failed", 503, "PostgreSQL refuses to run as root, and there is no unprivileged user 'takt' or 'nobody' to run it as.",
            "Make one (useradd --system takt), or start Takt as another user than root."));
        return new(other, current, Differs: true);
    }
}
