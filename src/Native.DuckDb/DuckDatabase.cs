using System.Globalization;
using System.Runtime.InteropServices;

namespace Takt.Native.DuckDb;

/// <summary>
/// A database of the engine, locked down: no extension is fetched, no file outside the limits' folders is touched, and the settings cannot be changed
/// any more. Thread-safe; each thread takes a connection of its own.
/// </summary>
public sealed unsafe class DuckDatabase : IDisposable
{
    private readonly DatabaseHandle handle;

    private DuckDatabase(DatabaseHandle handle) => this.handle = handle;

    /// <summary>The engine's version, e.g. <c>v1.5.6</c>.</summary>
    public static string EngineVersion => Marshal.PtrToStringUTF8((nint)DuckApi.LibraryVersion()) ?? "";

    /// <summary>An empty database in memory. Costs about 30 ms: keep it, and connect often.</summary>
    /// <exception cref="DuckException">The engine refused a limit.</exception>
    /// <exception cref="DllNotFoundException">The engine is missing; the message names the mend.</exception>
    public static DuckDatabase OpenInMemory(DuckLimits limits)
    {
        _ = DuckApi.CreateConfig(out var config);
        using var __ = config;
        Set(config, "autoinstall_known_extensions", "false");
        Set(config, "autoload_known_extensions", "false");
        Set(config, "allow_community_extensions", "false");
        Set(config, "threads", limits.Threads.ToString(CultureInfo.InvariantCulture));
        if (DuckApi.OpenExt(null, out var handle, config, out var error) != 0)
        {
            handle.Dispose();
            var refusal = DuckException.Of(error);
            DuckApi.Free(error);
            throw refusal;
        }
        var database = new DuckDatabase(handle);
        try
        {
            database.LockDown(limits);
            return database;
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    /// <summary>A connection of its own; costs microseconds.</summary>
    public DuckConnection Connect()
    {
        if (DuckApi.Connect(handle, out var connection) == 0) return new DuckConnection(connection);
        connection.Dispose();
        throw new DuckException("The engine gave no connection.");
    }

    /// <summary>Connections that are still open go on.</summary>
    public void Dispose() => handle.Dispose();

    /// <summary>The order counts: the folders before access is shut, and the lock last.</summary>
    private void LockDown(DuckLimits limits)
    {
        using var connection = Connect();
        var folders = limits.TempFolder is null ? limits.Folders : [.. limits.Folders, limits.TempFolder];
        connection.Execute($"SET allowed_directories = [{string.Join(", ", folders.Select(f => DuckSql.Text(WithSlash(f))))}]");
        if (limits.Files.Count > 0) connection.Execute($"SET allowed_paths = [{string.Join(", ", limits.Files.Select(DuckSql.Text))}]");
        connection.Execute($"SET memory_limit = '{limits.MemoryMegabytes.ToString(CultureInfo.InvariantCulture)}MiB'");
        connection.Execute($"SET temp_directory = {DuckSql.Text(limits.TempFolder ?? "")}");
        if (limits.TempFolder is not null) connection.Execute($"SET max_temp_directory_size = '{limits.TempMegabytes.ToString(CultureInfo.InvariantCulture)}MiB'");
        connection.Execute("SET GLOBAL TimeZone = 'UTC'");
        connection.Execute("SET enable_external_access = false");
        connection.Execute("SET lock_configuration = true");
    }

    private static string WithSlash(string folder) => Path.EndsInDirectorySeparator(folder) ? folder : folder + Path.DirectorySeparatorChar;

    private static void Set(ConfigHandle config, string name, string value)
    {
        if (DuckApi.SetConfig(config, name, value) != 0) throw new DuckException($"The engine has no setting {name}, or none with the value {value}.");
    }
}
