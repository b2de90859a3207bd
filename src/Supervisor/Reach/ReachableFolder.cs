using Takt.Native.Posix;

namespace Takt.Supervisor;

/// <summary>
/// A folder of the home that an unprivileged process owns. Where the home's parents are closed to others (root's own home), it lies under
/// an open place instead and the home holds a link to it.
/// </summary>
internal static class ReachableFolder
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    internal static void Make(string folder)
    {
        if (Directory.Exists(folder)) return;
        // A link whose target was removed: what it held is gone, so it starts empty.
        if (new FileInfo(folder).LinkTarget is not null) File.Delete(folder);
        if (!PosixUser.IsRoot || ReachableCopy.FirstClosedFolder(folder) is null)
        {
            Directory.CreateDirectory(folder, OwnerOnly);
            return;
        }

        // A name of its own for every home: one that was removed and made anew must not find its old data.
        var outside = Path.Combine(ReachableCopy.OpenPlace(), $"home-{Guid.CreateVersion7():N}-{Path.GetFileName(folder)}");
        Directory.CreateDirectory(outside, OwnerOnly);
        File.CreateSymbolicLink(folder, outside);
    }

    /// <summary>The folder itself, behind the link where it is one.</summary>
    internal static string Resolve(string folder) => Directory.ResolveLinkTarget(folder, returnFinalTarget: true)?.FullName ?? folder;
}
