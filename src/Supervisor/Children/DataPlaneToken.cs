using Takt.Kernel;
using Takt.Native.Posix;

namespace Takt.Supervisor;

/// <summary>
/// The token by which the data plane calls the control plane. The server writes it among the home's tokens; where the data plane runs
/// as another user, who cannot read there, it gets a copy in its own folder.
/// </summary>
/// <param name="Path">Where the data plane reads it.</param>
/// <param name="Written">Where the server writes it.</param>
internal sealed record DataPlaneToken(string Path, string Written)
{
    /// <summary>The data plane's user, as root: a number without a name, below the 65536 that every container maps, in nobody's login range.</summary>
    internal const uint User = 64586;

    internal static DataPlaneToken Of(TaktHome home)
    {
        var written = System.IO.Path.Combine(home.Tokens, "dataplane.token");
        return PosixUser.IsRoot ? new(System.IO.Path.Combine(ReachableFolder.Resolve(home.DataPlane), "control.token"), written) : new(written, written);
    }

    internal void HandOver()
    {
        if (Path == Written || !File.Exists(Written)) return;
        var text = File.ReadAllText(Written);
        if (File.Exists(Path) && File.ReadAllText(Path) == text) return;
        var next = Path + ".next";
        File.Delete(next); // the folder is another user's: nothing of theirs is written through
        using (var file = new FileStream(next, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }))
        using (var writer = new StreamWriter(file))
            writer.Write(text);
        PosixFiles.SetOwner(next, User, User);
        File.Move(next, Path, overwrite: true);
    }
}
