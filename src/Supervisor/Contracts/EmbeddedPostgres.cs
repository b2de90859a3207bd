using System.Diagnostics;
using Npgsql;
using Takt.Kernel;
using Takt.Native.Posix;

namespace Takt.Supervisor;

/// <summary>
/// A private PostgreSQL: a cluster of its own, reached by a unix socket that trusts the user who runs Takt and nobody else, without any TCP port.
/// It outlives this process on purpose (unless thrown away): the next start adopts it.
/// </summary>
public sealed class EmbeddedPostgres : IAsyncDisposable
{
    private readonly TimeProvider time;
    private readonly Process process;
    private readonly bool throwaway;

    private EmbeddedPostgres(ClusterFolders folders, int major, Process process, int postmaster, bool adopted, bool throwaway, TimeProvider time)
    {
        this.process = process;
        this.throwaway = throwaway;
        this.time = time;
        Major = major;
        ProcessId = postmaster;
        Adopted = adopted;
        SocketFolder = folders.Socket;
        LogFile = folders.LogFile;
        Ended = process.WaitForExitAsync(CancellationToken.None);
    }

    /// <summary>PostgreSQL's major version.</summary>
    public int Major { get; }

    /// <summary>The postmaster.</summary>
    public int ProcessId { get; }

    /// <summary>True where it was running already.</summary>
    public bool Adopted { get; }

    public string SocketFolder { get; }

    /// <summary>PostgreSQL's own log.</summary>
    public string LogFile { get; }

    /// <summary>Completes when the cluster's processes have ended, whoever ended them.</summary>
    public Task Ended { get; }

    /// <summary>For Npgsql: database <c>takt</c>, as the cluster's owner.</summary>
    public string ConnectionString => ConnectionStringFor(ClusterConfiguration.Database);

    public string ConnectionStringFor(string database) => ConnectionStringFor(SocketFolder, database);

    /// <summary>
    /// Starts the cluster in <see cref="EmbeddedPostgresOptions.Folder"/>, making it first where there is none, or adopts it where it runs.
    /// </summary>
    /// <exception cref="RefusedException">No PostgreSQL on this machine, one of another major version, or it would not start; the problem says which, and the mend.</exception>
    public static async Task<EmbeddedPostgres> StartAsync(EmbeddedPostgresOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        var user = ClusterUser.Choose();
        var folders = ClusterFolders.Prepare(options, user);
        if (!options.Throwaway && await AdoptAsync(folders, time, cancellationToken) is { } running) return running;

        var binaries = folders.MajorOfCluster is { } major
            ? PostgresBinaries.FindAll().FirstOrDefault(found => found.Major == major) ?? throw OtherVersion(folders, major)
            : PostgresBinaries.FindAll().FirstOrDefault() ?? throw Missing();
        binaries = ReachableCopy.Of(binaries, user);

        var launch = new ClusterLaunch(binaries, folders, user, options.Throwaway);
        if (folders.MajorOfCluster is null) await launch.MakeClusterAsync(cancellationToken);
        ClusterConfiguration.Write(folders, user, options.Throwaway);

        var deadline = time.GetUtcNow() + options.StartTimeout;
        while (true)
        {
            folders.ClearStaleLock();
            var process = launch.Start();
            var pid = await ReadyAsync(process, folders, deadline, time, cancellationToken);
            if (pid is { } postmaster)
            {
                await MakeDatabaseAsync(folders, cancellationToken);
                return new EmbeddedPostgres(folders, binaries.Major, process, postmaster, adopted: false, options.Throwaway, time);
            }

            process.Dispose();
            // After a kill -9 the old backends hold the shared memory until they notice, for some tenths of a second.
            if (time.GetUtcNow() >= deadline || !folders.LogTail(20).Contains("shared memory", StringComparison.Ordinal)) throw Failed(folders);
            await Task.Delay(TimeSpan.FromMilliseconds(100), time, cancellationToken);
        }
    }

    /// <summary>Whether it answers a query now.</summary>
    public async Task<bool> IsHealthyAsync(CancellationToken cancellationToken) => await AnswersAsync(SocketFolder, cancellationToken);

    /// <summary>Ends it in order: open transactions are rolled back, everything is flushed. Returns when its processes are gone.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (throwaway)
        {
            // The watchdog ends it and removes the cluster when its standard input closes.
            process.StandardInput.Close();
            await process.WaitForExitAsync(cancellationToken);
            return;
        }

        if (process.HasExited || !ProcessControl.Signal(ProcessId, PosixSignalNumber.Interrupt)) return;
        try
        {
            await process.WaitForExitAsync(cancellationToken).WaitAsync(TimeSpan.FromSeconds(20), time, cancellationToken);
        }
        catch (TimeoutException)
        {
            // "Immediate": the next start recovers from the log of writes. Nothing that was answered is lost.
            ProcessControl.Signal(ProcessId, PosixSignalNumber.Quit);
            await process.WaitForExitAsync(cancellationToken);
        }
    }

    /// <summary>Lets go of it; a throwaway cluster is removed, any other runs on.</summary>
    public async ValueTask DisposeAsync()
    {
        if (throwaway) await StopAsync(CancellationToken.None);
        process.Dispose();
    }

    private static string ConnectionStringFor(string socketFolder, string database) => new NpgsqlConnectionStringBuilder
    {
        Host = socketFolder,
        Username = ClusterConfiguration.Owner,
        Database = database,
        MaxPoolSize = 40,
        Timeout = 10,
    }.ConnectionString;

    private static async Task<EmbeddedPostgres?> AdoptAsync(ClusterFolders folders, TimeProvider time, CancellationToken cancellationToken)
    {
        if (folders.ReadLock() is not { Ready: true } running || !folders.IsPostmaster(running.Process)) return null;
        if (!await AnswersAsync(folders.Socket, cancellationToken)) return null;
        try
        {
            return new EmbeddedPostgres(folders, folders.MajorOfCluster!.Value, Process.GetProcessById(running.Process), running.Process, adopted: true, throwaway: false, time);
        }
        catch (ArgumentException)
        {
            return null; // it ended while we looked
        }
    }

    /// <summary>The postmaster's number once it takes connections; null where it ended instead.</summary>
    private static async Task<int?> ReadyAsync(Process process, ClusterFolders folders, DateTimeOffset deadline, TimeProvider time, CancellationToken cancellationToken)
    {
        while (!process.HasExited)
        {
            if (folders.ReadLock() is { Ready: true } running && folders.IsPostmaster(running.Process)) return running.Process;
            if (time.GetUtcNow() >= deadline) throw Failed(folders);
            await Task.Delay(TimeSpan.FromMilliseconds(5), time, cancellationToken);
        }

        return null;
    }

    private static async Task MakeDatabaseAsync(ClusterFolders folders, CancellationToken cancellationToken)
    {
        await using var postgres = new NpgsqlConnection(ConnectionStringFor(folders.Socket, "postgres") + ";Pooling=false");
        await postgres.OpenAsync(cancellationToken);
        await using var find = new NpgsqlCommand("SELECT 1 FROM pg_database WHERE datname = 'takt'", postgres);
        if (await find.ExecuteScalarAsync(cancellationToken) is not null) return;
        await using var make = new NpgsqlCommand("CREATE DATABASE takt", postgres);
        await make.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task<bool> AnswersAsync(string socketFolder, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = new NpgsqlConnection(ConnectionStringFor(socketFolder, "postgres") + ";Pooling=false");
            await connection.OpenAsync(cancellationToken);
            await using var ask = new NpgsqlCommand("SELECT 1", connection);
            return await ask.ExecuteScalarAsync(cancellationToken) is 1;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    private static RefusedException Missing() => new(new Problem("postgres-missing", 503,
        "There is no PostgreSQL on this machine: neither Takt's own engine nor one installed, version 15 or later.",
        "Build once with network (npm brings the engine), or install one (Debian: apt-get install postgresql), or point TAKT_DATABASE at an outside one."));

    private static RefusedException OtherVersion(ClusterFolders folders, int major) => new(new Problem("postgres-other-version", 503,
        $"The cluster in {folders.Data} was made by PostgreSQL {major}, and no PostgreSQL {major} is on this machine.",
        $"Install PostgreSQL {major} (Debian: apt-get install postgresql-{major}), or point TAKT_ENGINES at the engines folder that has it; Takt never opens a cluster with another major version."));

    private static RefusedException Failed(ClusterFolders folders) => new(new Problem("postgres-failed", 503,
        $"PostgreSQL would not start: {folders.LogTail(1)}".TrimEnd(),
        $"Its log is {folders.LogFile}."));
}
