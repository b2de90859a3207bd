namespace Takt.Native.Posix;

/// <summary>What a process may use, by Linux's numbers.</summary>
public enum LimitedResource
{
    /// <summary>Processor time in seconds.</summary>
    CpuSeconds = 0,

    /// <summary>Largest file it may write, in bytes.</summary>
    FileBytes = 1,

    /// <summary>Memory it may write to, in bytes; what is merely reserved, as .NET's heap is, does not count.</summary>
    DataBytes = 2,

    /// <summary>Core dump in bytes.</summary>
    CoreBytes = 4,

    /// <summary>Processes and threads of its user.</summary>
    Processes = 6,

    /// <summary>Open files.</summary>
    OpenFiles = 7,

    /// <summary>Address space in bytes.</summary>
    MemoryBytes = 9,
}

/// <summary>The kernel's resource limits. Linux only.</summary>
public static unsafe class ResourceLimits
{
    /// <summary>Sets soft and hard limit of a process; 0 is this one. It can lower them, never raise them again (but root).</summary>
    public static void Set(int process, LimitedResource resource, ulong limit)
    {
        Calls.NeedLinux("prlimit");
        var wanted = new Libc.Limit64 { Soft = limit, Hard = limit };
        Calls.Check(Libc.ProcessLimit(process, (int)resource, &wanted, null), $"prlimit({process}, {resource}, {limit})");
    }

    /// <summary>The soft and the hard limit; <see cref="ulong.MaxValue"/> is none.</summary>
    public static (ulong Soft, ulong Hard) Get(int process, LimitedResource resource)
    {
        Calls.NeedLinux("prlimit");
        Libc.Limit64 now;
        Calls.Check(Libc.ProcessLimit(process, (int)resource, null, &now), $"prlimit({process}, {resource})");
        return (now.Soft, now.Hard);
    }
}
