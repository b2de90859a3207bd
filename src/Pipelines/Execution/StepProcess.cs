using System.Diagnostics;
using System.Globalization;
using Takt.Native.Posix;
using Takt.Pipelines.Runs;

namespace Takt.Pipelines.Execution;

/// <summary>Runs one process of a step to its end: limited, watched, killable, its words in the step's log.</summary>
internal sealed class StepProcess(Sandbox sandbox, ProcessStarter starter, TimeProvider time)
{
    // Waits for a line: limits are set on the process before it becomes the user's program. A server that dies meanwhile closes the pipe, and the shell ends.
    private const string Gate = "read -r go && exec \"$@\" </dev/null";

    private static readonly TimeSpan streamsAfterExit = TimeSpan.FromSeconds(2);

    /// <param name="started">Told which process runs, so that a later server can end it.</param>
    /// <exception cref="StepRefusedException">It needs a sandbox and there is none.</exception>
    /// <exception cref="OperationCanceledException">It was killed because <paramref name="cancellationToken"/> said so.</exception>
    public async Task<StepExit> RunAsync(StepCommand command, StepLog log, Func<ProcessIdentity, Task> started, CancellationToken cancellationToken)
    {
        var (wrapped, means) = await WrapAsync(command).ConfigureAwait(false);
        var info = new ProcessStartInfo("/bin/sh", ["-c", Gate, "takt-step", .. wrapped])
        {
            WorkingDirectory = command.Folder, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true
        };
        info.Environment.Clear();
        foreach (var (name, value) in command.Environment) info.Environment[name] = value;
        using var process = await starter.StartAsync(info).ConfigureAwait(false);
        try
        {
            foreach (var (name, value) in Limit(process.Id, command)) means[name] = value;
            await started(new ProcessIdentity(process.Id, ProcessControl.StartTime(process.Id) ?? 0)).ConfigureAwait(false);
            await OpenAsync(process).ConfigureAwait(false);
            var pumps = Task.WhenAll(log.PumpAsync(process.StandardOutput.BaseStream), log.PumpAsync(process.StandardError.BaseStream));
            var killed = await WaitAsync(process, command, cancellationToken).ConfigureAwait(false);
            return new StepExit(await CodeAsync(process, pumps).ConfigureAwait(false), killed, means);
        }
        finally
        {
            Kill(process);
        }
    }

    /// <summary>Ends what an earlier server left running, if it still is that process.</summary>
    public static void End(ProcessIdentity left)
    {
        if (left.StartedAt == 0 || ProcessControl.StartTime(left.Id) != left.StartedAt) return;
        try
        {
            using var process = Process.GetProcessById(left.Id);
            process.Kill(entireProcessTree: true);
        }
        catch (ArgumentException)
        {
            // gone meanwhile
        }
    }

    private async Task<(IReadOnlyList<string> Arguments, Dictionary<string, string> Means)> WrapAsync(StepCommand command)
    {
        if (command.Sandboxed is not Sandboxing.None)
        {
            var (version, missing) = await sandbox.FindAsync().ConfigureAwait(false);
            if (version is not null) return (Sandbox.Wrap(command), new Dictionary<string, string> { ["sandbox"] = version, ["network"] = "none", ["user"] = User(dropped: PosixUser.IsRoot) });
            if (command.Sandboxed is Sandboxing.Required) throw new StepRefusedException($"{missing} Or write 'sandbox: none' in the pipeline; every run records it.");
        }
        InputFiles.Link(command.Readable);
        // The built-in trainer must stay able to read its own program, which may lie in root's home.
        var drop = PosixUser.IsRoot && command.Sandboxed is Sandboxing.None;
        IReadOnlyList<string> arguments = OperatingSystem.IsLinux() && File.Exists("/usr/bin/setpriv")
            ? [.. drop ? [.. Sandbox.DropUser, "--pdeathsig=KILL"] : (string[])["setpriv", "--no-new-privs", "--pdeathsig=KILL"], "--", .. command.Arguments]
            : command.Arguments;
        return (arguments, new Dictionary<string, string> { ["sandbox"] = "none", ["network"] = "open", ["user"] = User(drop) });
    }

    private static string User(bool dropped) => dropped ? Sandbox.StepUser.ToString(CultureInfo.InvariantCulture) : OperatingSystem.IsWindows() ? Environment.UserName : PosixUser.Current.UserId.ToString(CultureInfo.InvariantCulture);

    /// <summary>Sets the limits and reads back what is in force.</summary>
    private static Dictionary<string, string> Limit(int process, StepCommand command)
    {
        var inForce = new Dictionary<string, string> { ["timeout"] = command.Limits.Timeout.ToString("c", CultureInfo.InvariantCulture) };
        if (!OperatingSystem.IsLinux()) return inForce;
        Set(LimitedResource.DataBytes, (ulong)command.Limits.MemoryMiB << 20, "memory_bytes");
        Set(LimitedResource.CoreBytes, 0, "core_bytes");
        Set(LimitedResource.OpenFiles, 4096, "open_files");
        Set(LimitedResource.FileBytes, 64UL << 30, "file_bytes");
        if (PosixUser.IsRoot) Set(LimitedResource.Processes, 4096, "processes"); // counts the steps' own user
        return inForce;

        void Set(LimitedResource resource, ulong limit, string name)
        {
            var (_, hard) = ResourceLimits.Get(process, resource);
            ResourceLimits.Set(process, resource, Math.Min(limit, hard));
            inForce[name] = ResourceLimits.Get(process, resource).Soft.ToString(CultureInfo.InvariantCulture);
        }
    }

    private static async Task OpenAsync(Process process)
    {
        try
        {
            await process.StandardInput.WriteLineAsync("go").ConfigureAwait(false);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It died already; its exit code says so.
        }
    }

    /// <summary>Null where it ended by itself; else why it was killed.</summary>
    private async Task<string?> WaitAsync(Process process, StepCommand command, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(command.Limits.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            await process.WaitForExitAsync(either.Token).ConfigureAwait(false);
            return null;
        }
        catch (OperationCanceledException)
        {
            Kill(process);
            cancellationToken.ThrowIfCancellationRequested();
            return $"it was killed after {command.Limits.Timeout:c}, its timeout";
        }
    }

    private static async Task<int> CodeAsync(Process process, Task pumps)
    {
        await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
        // What it started and left behind may hold the pipes open for ever.
        await Task.WhenAny(pumps, Task.Delay(streamsAfterExit)).ConfigureAwait(false);
        return process.ExitCode;
    }

    private static void Kill(Process process)
    {
        try
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // gone meanwhile
        }
    }
}
