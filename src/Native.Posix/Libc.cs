using System.Runtime.InteropServices;

namespace Takt.Native.Posix;

/// <summary>The C library's own calls, as they are.</summary>
internal static unsafe partial class Libc
{
    private const string Name = "libc";

    [LibraryImport(Name, EntryPoint = "geteuid")] internal static partial uint GetEffectiveUserId();
    [LibraryImport(Name, EntryPoint = "getegid")] internal static partial uint GetEffectiveGroupId();
    [LibraryImport(Name, EntryPoint = "getppid")] internal static partial int GetParentProcessId();
    [LibraryImport(Name, EntryPoint = "setsid", SetLastError = true)] internal static partial int SetSession();
    [LibraryImport(Name, EntryPoint = "setuid", SetLastError = true)] internal static partial int SetUserId(uint user);
    [LibraryImport(Name, EntryPoint = "setgid", SetLastError = true)] internal static partial int SetGroupId(uint group);
    [LibraryImport(Name, EntryPoint = "setgroups", SetLastError = true)] internal static partial int SetGroups(nuint count, uint* groups);
    [LibraryImport(Name, EntryPoint = "getpwnam", StringMarshalling = StringMarshalling.Utf8)] internal static partial PasswdEntry* GetUserByName(string name);
    [LibraryImport(Name, EntryPoint = "getpwuid")] internal static partial PasswdEntry* GetUserById(uint id);
    [LibraryImport(Name, EntryPoint = "setenv", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)] internal static partial int SetEnvironment(string name, string value, int overwrite);
    [LibraryImport(Name, EntryPoint = "unsetenv", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)] internal static partial int UnsetEnvironment(string name);
    [LibraryImport(Name, EntryPoint = "kill", SetLastError = true)] internal static partial int Kill(int process, int signal);
    [LibraryImport(Name, EntryPoint = "fsync", SetLastError = true)] internal static partial int Flush(int descriptor);
    [LibraryImport(Name, EntryPoint = "close", SetLastError = true)] internal static partial int Close(int descriptor);
    [LibraryImport(Name, EntryPoint = "chmod", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)] internal static partial int ChangeMode(string path, uint mode);
    [LibraryImport(Name, EntryPoint = "lchown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)] internal static partial int ChangeOwner(string path, uint user, uint group);
    [LibraryImport(Name, EntryPoint = "prlimit64", SetLastError = true)] internal static partial int ProcessLimit(int process, int resource, Limit64* wanted, Limit64* former);
    [LibraryImport(Name, EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)] internal static partial int Status(int folder, string path, int flags, uint mask, StatusX* status);

    // Variadic in C. On x86-64 and on Linux arm64 integer arguments of variadic calls travel in the same registers;
    // on Apple's arm64 they do not, so these are called on Linux alone.
    [LibraryImport(Name, EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)] internal static partial int Open(string path, int flags, uint mode);
    [LibraryImport(Name, EntryPoint = "fcntl", SetLastError = true)] internal static partial int FileControl(int descriptor, int command, nint argument);
    [LibraryImport(Name, EntryPoint = "prctl", SetLastError = true)] internal static partial int ProcessControl(int option, nuint argument2, nuint argument3, nuint argument4, nuint argument5);

    /// <summary>The first four fields of <c>struct passwd</c>, which are the same everywhere.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct PasswdEntry
    {
        public byte* Name;
        public byte* Password;
        public uint User;
        public uint Group;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct Limit64
    {
        public ulong Soft;
        public ulong Hard;
    }

    /// <summary>The head of Linux's <c>struct statx</c> (256 bytes on every architecture).</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    internal struct StatusX
    {
        [FieldOffset(20)] public uint User;
        [FieldOffset(24)] public uint Group;
        [FieldOffset(28)] public ushort Mode;
    }
}
