using Npgsql;

namespace Takt.Records;

/// <summary>Opens the database that a connection string names.</summary>
public static class Connections
{
    /// <summary>The name of the role that owns nothing.</summary>
    public const string AppRole = "takt_app";

    /// <param name="connectionString">Npgsql's; its role must own the database, or be able to.</param>
    /// <param name="migrate">The modules whose migrations run, in this order, before it is handed out.</param>
    /// <exception cref="MigrationException">A migration that ran before has been altered, or one failed.</exception>
    public static async Task<ITaktDatabase> OpenAsync(string connectionString, IEnumerable<Kernel.IModule> migrate, TimeProvider time, CancellationToken cancellationToken)
    {
        var database = new TaktDatabase(connectionString);
        try
        {
            await Migrator.RunAsync(database.Owner, migrate, time, cancellationToken).ConfigureAwait(false);
            return database;
        }
        catch
        {
            await database.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }
}

/// <summary>The schema could not be brought up to date; the message names the module, the file and the mend.</summary>
public sealed class MigrationException(string message, Exception? inner = null) : Exception(message, inner);
