using System.Globalization;
using Takt.Native.Posix;

namespace Takt.Supervisor;

/// <summary>What the supervisor tells <c>takt server</c> and <c>takt serve</c> by environment variables.</summary>
public static class ChildSettings
{
    /// <summary>The number of the inherited listening socket.</summary>
    public const string ListenDescriptor = "TAKT_LISTEN_FD";

    /// <summary>Where the control plane listens.</summary>
    public const string ControlUrl = "TAKT_CONTROL_URL";

    /// <summary>Where the data plane listens.</summary>
    public const string DataPlaneUrl = "TAKT_DATA_PLANE_URL";

    /// <summary>The data plane's own folder.</summary>
    public const string DataPlaneHome = "TAKT_DATA_PLANE_HOME";

    /// <summary>The file with the data plane's token for the control plane.</summary>
    public const string DataPlaneToken = "TAKT_DATA_PLANE_TOKEN_FILE";

    /// <summary>PostgreSQL, as Npgsql writes connections.</summary>
    public const string Database = "TAKT_DATABASE";

    /// <summary>The unprivileged user's number that the data plane becomes before it does anything.</summary>
    public const string RunAsUser = "TAKT_RUN_AS_UID";

    /// <summary>The inherited listening socket, kept from whatever this process starts in its turn; null where there is none.</summary>
    public static int? TakeListenDescriptor()
    {
        if (!int.TryParse(Environment.GetEnvironmentVariable(ListenDescriptor), CultureInfo.InvariantCulture, out var descriptor)) return null;
        PosixFiles.SetInherited(descriptor, false);
        Environment.SetEnvironmentVariable(ListenDescriptor, null);
        return descriptor;
    }

    /// <summary>Becomes the unprivileged user that the supervisor named, where it named one.</summary>
    public static void DropPrivileges()
    {
        if (!uint.TryParse(Environment.GetEnvironmentVariable(RunAsUser), CultureInfo.InvariantCulture, out var user)) return;
        ProcessControl.RenounceNewPrivileges();
        PosixUser.Become(user, user);
    }
}
