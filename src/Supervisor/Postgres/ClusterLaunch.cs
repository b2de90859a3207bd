using System.Diagnostics;
using Takt.Kernel;

namespace Takt.Supervisor;

/// <summary>Starts PostgreSQL's programs as the cluster's user.</summary>
internal sealed class ClusterLaunch(PostgresBinaries binaries, ClusterFolders folders, ClusterUser user, bool throwaway)
{
    // Ends with whoever holds the other end of its standard input: the kernel closes that however the holder dies.
    private const string Watched = """
        log=$1; root=$2; shift 2
        trap '' INT HUP TERM
        setsid "$@" >>"$log" 2>&1 </dev/null &
        server=$!
        read -r _
        kill -QUIT $server 2>/dev/null
        wait $server
        rm -rf "$root" 2>/dev/null
        """;

    /// <summary>initdb. What a killed one left behind is cleared first.</summary>
    internal async Task MakeClusterAsync(CancellationToken cancellationToken)
    {
        if (Directory.Exists(folders.Data)) Directory.Delete(folders.Data, recursive: true);
        // A cluster counts only when it is whole: made beside its place, then renamed.
        var unfinished = folders.Data + ".unfinished";
        if (Directory.Exists(unfinished)) Directory.Delete(unfinished, recursive: true);

        List<string> arguments =
        [
            "-D", unfinished, "-U", ClusterConfiguration.Owner, "-E", "UTF8", "-A", "peer", "--data-checksums", "--no-instructions",
            .. binaries.Major >= 17 ? ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"] : (string[])["--locale=C.UTF-8"],
        ];
        if (throwaway) arguments.Add("--no-sync");
        using var process = Spawn.Start(As(new(Path.Combine(binaries.Programs, "initdb"), arguments), redirect: true));
        var said = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var complained = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        if (process.ExitCode != 0)
        {
            var why = (await complained).Split('\n', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault(line => line.Contains("error", StringComparison.OrdinalIgnoreCase) || line.Contains("FATAL", StringComparison.Ordinal))
                ?? (await said).TrimEnd().Split('\n')[^1];
            throw new RefusedException(new Problem("postgres-failed", 503, $"PostgreSQL could not make a cluster in {folders.Root}: {why.Trim()}",
                "Make sure that the disk has room (100 MB) and that the folder is writable, then start again."));
        }

        Directory.Move(unfinished, folders.Data);
    }

    /// <summary>The server itself; in a throwaway cluster its watchdog.</summary>
    internal Process Start()
    {
        string[] server = [Path.Combine(binaries.Programs, "postgres"), "-D", folders.Data];
        return throwaway
            ? Spawn.Start(As(new("/bin/sh", ["-c", Watched, "takt-postgres", folders.LogFile, folders.Root, .. server]), redirect: true))
            : Spawn.Start(As(Spawn.Detached(folders.LogFile, server[0], server[1..]), redirect: false));
    }

    private ProcessStartInfo As(ProcessStartInfo start, bool redirect)
    {
        start.WorkingDirectory = folders.Root;
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = redirect;
        if (user.Differs) start.UserName = user.Runs.Name;
        start.Environment.Clear();
        start.Environment["PATH"] = "/usr/bin:/bin";
        start.Environment["LC_ALL"] = "C";
        if (binaries.Libraries is not null) start.Environment["LD_LIBRARY_PATH"] = binaries.Libraries;
        return start;
    }
}
