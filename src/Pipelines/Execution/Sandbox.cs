using System.Diagnostics;
using Takt.Native.Posix;

namespace Takt.Pipelines.Execution;

/// <summary>
/// Bubblewrap: no network, /usr read-only, a private /tmp, one folder to write to, processes that die with ours. As root the mounts are made as root (their sources
/// may lie in folders closed to others), then the user is dropped for good, then a second bubblewrap takes away the making of further namespaces.
/// </summary>
internal sealed class Sandbox
{
    /// <summary>As whom steps run where Takt is root: a number that nobody else has, so that its limits count its processes alone.</summary>
    public const uint StepUser = 10001;

    private readonly Lazy<Task<(string? Version, string? Missing)>> found = new(ProbeAsync);

    /// <summary>The version; or why there is none, and the mend.</summary>
    public Task<(string? Version, string? Missing)> FindAsync() => found.Value;

    /// <summary>The command that runs <paramref name="command"/> inside.</summary>
    public static IReadOnlyList<string> Wrap(StepCommand command)
    {
        var arguments = new List<string> { "bwrap", "--unshare-net", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try", "--die-with-parent", "--new-session", "--clearenv" };
        if (!PosixUser.IsRoot) arguments.AddRange(["--unshare-user", "--disable-userns", "--cap-drop", "ALL"]);
        arguments.AddRange(["--ro-bind", "/usr", "/usr"]);
        foreach (var folder in (string[])["/bin", "/sbin", "/lib", "/lib64", "/lib32"])
        {
            if (new DirectoryInfo(folder) is { Exists: true } info)
                arguments.AddRange(info.LinkTarget is { } target ? ["--symlink", target, folder] : ["--ro-bind", folder, folder]);
        }
        foreach (var file in (string[])["/etc/ld.so.cache", "/etc/alternatives", "/etc/dotnet", "/etc/localtime"]) arguments.AddRange(["--ro-bind-try", file, file]);
        arguments.AddRange(["--proc", "/proc", "--dev", "/dev", "--perms", "1777", "--tmpfs", "/tmp"]);
        foreach (var folder in Above([.. command.Readable.Select(m => m.Inside), command.Folder])) arguments.AddRange(["--perms", "0755", "--dir", folder]);
        arguments.AddRange(["--bind", command.Folder, command.Folder, "--chdir", command.Folder]);
        foreach (var mount in command.Readable) arguments.AddRange(["--ro-bind", mount.Source, mount.Inside]);
        foreach (var (name, value) in command.Environment) arguments.AddRange(["--setenv", name, value]);
        arguments.Add("--");
        if (PosixUser.IsRoot)
        {
            arguments.AddRange(DropUser);
            arguments.AddRange(["bwrap", "--unshare-user", "--disable-userns", "--die-with-parent", "--bind", "/", "/", "--dev-bind", "/dev", "/dev", "--proc", "/proc", "--"]);
        }
        arguments.AddRange(command.Arguments);
        return arguments;
    }

    /// <summary>Becomes the steps' user, with no way back. For root alone.</summary>
    public static IReadOnlyList<string> DropUser { get; } =
        ["setpriv", $"--reuid={StepUser}", $"--regid={StepUser}", "--clear-groups", "--no-new-privs", "--bounding-set=-all", "--inh-caps=-all"];

    /// <summary>The folders above what is mounted, outermost first: made by themselves they would be closed to the steps' user.</summary>
    private static IEnumerable<string> Above(IEnumerable<string> paths)
    {
        var above = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var path in paths)
            for (var folder = Path.GetDirectoryName(path); folder is not (null or "/" or "/tmp"); folder = Path.GetDirectoryName(folder)) above.Add(folder);
        return above;
    }

    private static async Task<(string?, string?)> ProbeAsync()
    {
        if (!OperatingSystem.IsLinux()) return (null, "There is no sandbox for steps on this system: only Linux has bubblewrap.");
        var probe = new StepCommand(["/bin/sh", "-c", "exit 0"], Path.GetTempPath(), new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin" }, [], Specs.StepLimits.Default, Sandboxing.Required);
        try
        {
            var (code, said) = await RunAsync(Wrap(probe)).ConfigureAwait(false);
            if (code != 0) return (null, $"bubblewrap is here but cannot make a sandbox ({said.Split('\n')[0].Trim()}). Allow unprivileged user namespaces.");
            return ((await RunAsync(["bwrap", "--version"]).ConfigureAwait(false)).Said.Trim(), null);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return (null, "bubblewrap is missing on this machine. Install it (Debian: apt install bubblewrap).");
        }
    }

    private static async Task<(int Code, string Said)> RunAsync(IReadOnlyList<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(arguments[0], arguments.Skip(1)) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().ConfigureAwait(false);
        return (process.ExitCode, await output.ConfigureAwait(false) + await error.ConfigureAwait(false));
    }
}
