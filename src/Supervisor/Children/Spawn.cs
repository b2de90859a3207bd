using System.Diagnostics;
using Takt.Native.Posix;

namespace Takt.Supervisor;

/// <summary>The one place where this process starts others: what one of them shall inherit must not slip into another.</summary>
internal static class Spawn
{
    private static readonly Lock oneAtATime = new();

    // Output goes to a file, not to a pipe: the child must go on when we die. A session of its own keeps the terminal's Ctrl-C away from it,
    // which is meant for the supervisor: that one ends its children in order.
    private const string DetachedScript = """
        log=$1; shift
        exec >>"$log" 2>&1 </dev/null
        if command -v setsid >/dev/null 2>&1; then exec setsid "$@"; fi
        exec "$@"
        """;

    /// <param name="start">What to start.</param>
    /// <param name="inherited">A descriptor that it keeps under the same number; none where null.</param>
    internal static Process Start(ProcessStartInfo start, int? inherited = null)
    {
        lock (oneAtATime)
        {
            if (inherited is not { } descriptor) return Process.Start(start)!;
            PosixFiles.SetInherited(descriptor, true);
            try
            {
                return Process.Start(start)!;
            }
            finally
            {
                PosixFiles.SetInherited(descriptor, false);
            }
        }
    }

    /// <summary>A program that outlives this one, away from the terminal, writing to a log file.</summary>
    internal static ProcessStartInfo Detached(string logFile, string program, IEnumerable<string> arguments) =>
        new("/bin/sh", ["-c", DetachedScript, "takt-child", logFile, program, .. arguments]);
}
