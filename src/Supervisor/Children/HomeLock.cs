using Takt.Kernel;

namespace Takt.Supervisor;

/// <summary>One supervisor a home: held by the kernel for as long as the process lives, however it ends.</summary>
internal static class HomeLock
{
    internal static IDisposable Take(TaktHome home)
    {
        try
        {
            return new FileStream(Path.Combine(home.Folder, ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            var running = RunningTakt.Read(home);
            throw new RefusedException(new Problem("already-running", 409,
                running is null ? $"Takt is already running in {home.Folder}." : $"Takt is already running in {home.Folder}: {running.Url}",
                "Stop that one first (Ctrl-C where it runs), or choose another home with --home DIR."));
        }
    }
}
