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
            await CheckRoleAsync(database, cancellationToken).ConfigureAwait(false);
            return database;
        }
        catch
        {
            await database.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>
    /// PostgreSQL before 15.9, 16.5 and 17.1 forgets the role when a pool resets a connection (CVE-2024-10978): the application would be the owner from its second command on.
    /// </summary>
    private static async Task CheckRoleAsync(TaktDatabase database, CancellationToken cancellationToken)
    {
        for (var use = 0; use < 2; use++)
        {
            if (await database.App.Command("SELECT current_user::text").ScalarAsync<string>(cancellationToken).ConfigureAwait(false) == AppRole) continue;
            throw new MigrationException($"This PostgreSQL does not keep the role {AppRole} on a pooled connection. Update it to the newest minor version (15.9, 16.5, 17.1 or later).");
        }
    }
}

/// <summary>The schema could not be brought up to date; the message names the module, the file and the mend.</summary>
public sealed class MigrationException(string message, Exception? inner = null) : Exception(message, inner);
