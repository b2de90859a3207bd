using Takt.Kernel;
using Takt.Native.Posix;

namespace Takt.Supervisor;

/// <summary>
/// <c>takt up</c>: holds the two listening sockets, keeps PostgreSQL, <c>takt server</c> and <c>takt serve</c> running, and runs nothing else.
/// Killed, it leaves them serving; the next one takes them over.
/// </summary>
public static class TaktSupervisor
{
    /// <summary>Runs until <paramref name="cancellationToken"/>, then ends everything in order.</summary>
    /// <param name="options">Where, on which ports.</param>
    /// <param name="tell">Called for every change that people want to see; from several threads.</param>
    /// <param name="up">Called once, when the server answers.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Ctrl-C.</param>
    /// <exception cref="RefusedException">It cannot start: one line with the mend. Nothing is left running.</exception>
    public static async Task RunAsync(UpOptions options, Action<SupervisorNews> tell, Action<RunningTakt> up, TimeProvider time, CancellationToken cancellationToken)
    {
        if (OperatingSystem.IsWindows())
            throw new RefusedException(new Problem("not-on-windows", 503, "'takt up' needs Unix sockets and users.", "Run it in WSL 2."));
        var home = options.Home;
        home.Prepare();
        using var only = HomeLock.Take(home);
        var program = OwnProgram.Find(options.ProgramAssembly);
        await using var family = await Family.GatherAsync(options, program, tell, time);
        try
        {
            var running = await family.StartAsync(cancellationToken);
            up(running);
            await Task.Delay(Timeout.InfiniteTimeSpan, time, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // asked to stop
        }
        finally
        {
            await family.StopAsync();
        }
    }
}
