namespace Takt.Native.Posix;

/// <summary>Signals that Takt sends, by their number on Linux and macOS.</summary>
public enum PosixSignalNumber
{
    Interrupt = 2,
    Quit = 3,
    Kill = 9,
    Terminate = 15,
}

/// <summary>Processes and their signals.</summary>
public static class ProcessControl
{
    private const int NoSuchProcess = 3;
    private const int SetParentDeathSignal = 1;
    private const int SetNoNewPrivileges = 38;

    /// <summary>Sends a signal; false where there is no such process any more.</summary>
    public static bool Signal(int process, PosixSignalNumber signal)
    {
        Calls.NeedUnix("kill");
        if (process <= 1) throw new ArgumentOutOfRangeException(nameof(process), process, "Signals go to one process, never to init or to a group.");
        if (Libc.Kill(process, (int)signal) == 0) return true;
        if (System.Runtime.InteropServices.Marshal.GetLastPInvokeError() == NoSuchProcess) return false;
        Calls.Check(-1, $"kill({process}, {signal})");
        return false;
    }

    /// <summary>Whether a process has this number now. It may be another than the one you knew: compare <see cref="StartTime"/>.</summary>
    public static bool IsAlive(int process)
    {
        Calls.NeedUnix("kill");
        if (process <= 0) return false;
        if (Libc.Kill(process, 0) != 0 && System.Runtime.InteropServices.Marshal.GetLastPInvokeError() == NoSuchProcess) return false;
        return State(process) is not ('Z' or 'X');
    }

    /// <summary>
    /// When the process started, in the kernel's ticks since boot: with the number it names a process for good, since numbers are used again.
    /// Null where there is no such process. Linux only; 0 elsewhere.
    /// </summary>
    public static long? StartTime(int process)
    {
        if (!OperatingSystem.IsLinux()) return IsAlive(process) ? 0 : null;
        var fields = Stat(process);
        return fields is null || fields[0] is "Z" or "X" ? null : long.Parse(fields[19], System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>Leaves the terminal's process group, so that its Ctrl-C and its closing reach this process no more.</summary>
    public static void LeaveTerminal()
    {
        Calls.NeedUnix("setsid");
        // Fails only where the process leads a group already, which is as good.
        _ = Libc.SetSession();
    }

    /// <summary>The processes of a session, whose number is that of the process which began it. Linux only; none elsewhere.</summary>
    public static IReadOnlyList<int> InSession(int session)
    {
        if (!OperatingSystem.IsLinux() || session <= 1) return [];
        var found = new List<int>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), System.Globalization.CultureInfo.InvariantCulture, out var process)) continue;
            if (Stat(process) is { } fields && fields[0] is not ("Z" or "X") && fields[3] == session.ToString(System.Globalization.CultureInfo.InvariantCulture)) found.Add(process);
        }

        return found;
    }

    /// <summary>
    /// The kernel sends <paramref name="signal"/> to this process when the thread that started it ends: a parent must start it
    /// from a thread that lives as long as it does. Linux only.
    /// </summary>
    public static void DieWithParent(PosixSignalNumber signal)
    {
        Calls.NeedLinux("prctl(PR_SET_PDEATHSIG)");
        Calls.Check(Libc.ProcessControl(SetParentDeathSignal, (nuint)(int)signal, 0, 0, 0), "prctl(PR_SET_PDEATHSIG)");
    }

    /// <summary>From now on nothing this process starts can gain rights, e.g. by a setuid program. Linux only.</summary>
    public static void RenounceNewPrivileges()
    {
        Calls.NeedLinux("prctl(PR_SET_NO_NEW_PRIVS)");
        Calls.Check(Libc.ProcessControl(SetNoNewPrivileges, 1, 0, 0, 0), "prctl(PR_SET_NO_NEW_PRIVS)");
    }

    /// <summary>Who started this process; 1 (or a sub-reaper) once that one is gone.</summary>
    public static int ParentId
    {
        get
        {
            Calls.NeedUnix("getppid");
            return Libc.GetParentProcessId();
        }
    }

    private static char State(int process) => OperatingSystem.IsLinux() && Stat(process) is { } fields ? fields[0][0] : '?';

    /// <summary>The fields of <c>/proc/N/stat</c> from the state on: the name before it may hold spaces and brackets.</summary>
    private static string[]? Stat(int process)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{process}/stat");
            return text[(text.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return null;
        }
    }
}
