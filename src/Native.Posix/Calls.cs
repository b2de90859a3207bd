using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Takt.Native.Posix;

/// <summary>Turns failed calls into exceptions that carry the system's own words.</summary>
internal static class Calls
{
    /// <param name="result">What the call gave back: negative where it failed.</param>
    /// <param name="call">Its name and what it was called on, for the message.</param>
    internal static int Check(int result, string call)
    {
        if (result >= 0) return result;
        var number = Marshal.GetLastPInvokeError();
        throw new PosixException(call, number, Marshal.GetPInvokeErrorMessage(number));
    }

    [UnsupportedOSPlatformGuard("windows")]
    internal static void NeedUnix(string call)
    {
        if (OperatingSystem.IsWindows()) throw new PlatformNotSupportedException($"{call}: Windows has no such call; run Takt on Linux, or in WSL 2.");
    }

    internal static void NeedLinux(string call)
    {
        if (!OperatingSystem.IsLinux()) throw new PlatformNotSupportedException($"{call}: only Linux has this call.");
    }
}
