using System.Runtime.InteropServices;

namespace Takt.Native.Posix;

/// <summary>A user of the operating system, and changing into one.</summary>
/// <param name="Name">The login name; null where the system knows only the number.</param>
/// <param name="UserId">uid.</param>
/// <param name="GroupId">gid.</param>
public sealed record PosixUser(string? Name, uint UserId, uint GroupId)
{
    // getpwnam answers in a buffer of its own, one for the process.
    private static readonly Lock passwd = new();

    /// <summary>Whether this process may do everything.</summary>
    public static bool IsRoot => !OperatingSystem.IsWindows() && Libc.GetEffectiveUserId() == 0;

    /// <summary>The user as whom this process acts.</summary>
    public static PosixUser Current
    {
        get
        {
            Calls.NeedUnix("getuid");
            var id = Libc.GetEffectiveUserId();
            return FindById(id) ?? new PosixUser(null, id, Libc.GetEffectiveGroupId());
        }
    }

    /// <summary>The user of that name; null where there is none.</summary>
    public static unsafe PosixUser? Find(string name)
    {
        Calls.NeedUnix("getpwnam");
        lock (passwd) return Read(Libc.GetUserByName(name));
    }

    /// <summary>The user of that number; null where the system has no name for it.</summary>
    public static unsafe PosixUser? FindById(uint id)
    {
        Calls.NeedUnix("getpwuid");
        lock (passwd) return Read(Libc.GetUserById(id));
    }

    /// <summary>
    /// Makes this process (all its threads) act as another user from now on, with no way back. Only root may.
    /// What it opened before stays open; what it opens afterwards, its own program files too, that user must be able to read.
    /// </summary>
    public static unsafe void Become(uint user, uint group)
    {
        Calls.NeedUnix("setuid");
        Calls.Check(Libc.SetGroups(0, null), "setgroups(none)");
        Calls.Check(Libc.SetGroupId(group), $"setgid({group})");
        Calls.Check(Libc.SetUserId(user), $"setuid({user})");
        if (Libc.GetEffectiveUserId() != user || (user != 0 && Libc.SetUserId(0) == 0))
            throw new InvalidOperationException($"setuid({user}) did not hold: the process can still become root.");
    }

    private static unsafe PosixUser? Read(Libc.PasswdEntry* entry) =>
        entry is null ? null : new PosixUser(Marshal.PtrToStringUTF8((nint)entry->Name), entry->User, entry->Group);
}
