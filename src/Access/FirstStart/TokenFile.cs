using Takt.Native.Posix;

namespace Takt.Access.FirstStart;

/// <summary>A token in a file that its owner alone may read.</summary>
internal static class TokenFile
{
    private const UnixFileMode ReadWrite = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <param name="owner">The user who gets the file; null: whoever runs this.</param>
    public static void Write(string path, string text, string? owner)
    {
        var folder = Path.GetDirectoryName(path)!;
        // Others may pass through to a file whose name they know and which is theirs; they cannot list it.
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(folder);
        else Directory.CreateDirectory(folder, ReadWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);

        var temporary = path + ".new";
        File.Delete(temporary);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = ReadWrite;
        using (var file = new FileStream(temporary, options))
        {
            file.Write(System.Text.Encoding.ASCII.GetBytes(text + "\n"));
            file.Flush(flushToDisk: true);
        }
        if (owner is not null && PosixUser.IsRoot)
        {
            var user = PosixUser.Find(owner) ?? throw new InvalidOperationException($"The data plane's user '{owner}' does not exist on this machine.");
            PosixFiles.SetOwner(temporary, user.UserId, user.GroupId);
        }
        File.Move(temporary, path, overwrite: true);
        PosixFiles.FlushFolder(folder);
    }
}
