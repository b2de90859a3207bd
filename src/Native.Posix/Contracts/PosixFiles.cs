using System.Runtime.InteropServices;

namespace Takt.Native.Posix;

/// <summary>Files: what .NET leaves out.</summary>
public static unsafe class PosixFiles
{
    private const int OpenFolder = 0x10000;
    private const int OpenFolderArm64 = 0x4000;
    private const int CloseOnExec = 0x80000;
    private const int GetDescriptorFlags = 1;
    private const int SetDescriptorFlags = 2;
    private const int CloseOnExecFlag = 1;
    private const int CurrentFolder = -100;
    private const int NoFollow = 0x100;
    private const uint OwnerAndMode = 0x1 | 0x2 | 0x8 | 0x10;

    /// <summary>
    /// Flushes a folder to disk: after a file was made or renamed in it, its name is durable only then.
    /// Does nothing on Windows and macOS, which have no such call or keep names in a journal.
    /// </summary>
    public static void FlushFolder(string path)
    {
        if (!OperatingSystem.IsLinux()) return;
        var folder = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? OpenFolderArm64 : OpenFolder;
        using var handle = new PosixFileHandle(Calls.Check(Libc.Open(path, folder | CloseOnExec, 0), $"open({path})"));
        Calls.Check(Libc.Flush(handle.Descriptor), $"fsync({path})");
    }

    /// <summary>Gives a file or a link (not what it points to) to a user. Only root may.</summary>
    public static void SetOwner(string path, uint user, uint group)
    {
        Calls.NeedUnix("chown");
        Calls.Check(Libc.ChangeOwner(path, user, group), $"chown({path}, {user}:{group})");
    }

    /// <summary>Gives a folder and all that lies in it to a user; links are not followed.</summary>
    public static void SetOwnerOfTree(string folder, uint user, uint group)
    {
        SetOwner(folder, user, group);
        foreach (var entry in new DirectoryInfo(folder).EnumerateFileSystemInfos("*", new EnumerationOptions { AttributesToSkip = 0, IgnoreInaccessible = false }))
        {
            if (entry is DirectoryInfo && entry.LinkTarget is null) SetOwnerOfTree(entry.FullName, user, group);
            else SetOwner(entry.FullName, user, group);
        }
    }

    /// <summary>Who owns a file or link, itself. Linux only.</summary>
    public static uint OwnerOf(string path)
    {
        Calls.NeedLinux("statx");
        Libc.StatusX status;
        Calls.Check(Libc.Status(CurrentFolder, path, NoFollow, OwnerAndMode, &status), $"statx({path})");
        return status.User;
    }

    /// <summary>Whether a started program inherits this descriptor: .NET lets none be inherited.</summary>
    public static void SetInherited(int descriptor, bool inherited)
    {
        Calls.NeedLinux("fcntl");
        var flags = Calls.Check(Libc.FileControl(descriptor, GetDescriptorFlags, 0), $"fcntl({descriptor}, F_GETFD)");
        var wanted = inherited ? flags & ~CloseOnExecFlag : flags | CloseOnExecFlag;
        Calls.Check(Libc.FileControl(descriptor, SetDescriptorFlags, wanted), $"fcntl({descriptor}, F_SETFD)");
    }
}
