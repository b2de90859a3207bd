using Npgsql;
using Takt.Kernel;

namespace Takt.Records;

/// <summary>Brings the schemas up to date: one at a time on the whole server (advisory lock), each migration in a transaction of its own.</summary>
internal static class Migrator
{
    private const long Lock = 0x54414B54; // "TAKT"

    public static Task RunAsync(NpgsqlDataSource owner, IEnumerable<IModule> modules, TimeProvider time, CancellationToken cancellationToken) =>
        RunAsync(owner, [.. modules.SelectMany(Migration.Of)], time, cancellationToken);

    public static async Task RunAsync(NpgsqlDataSource owner, IReadOnlyList<Migration> migrations, TimeProvider time, CancellationToken cancellationToken)
    {
        await using var connection = await owner.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await ExecuteAsync(connection, $"SELECT pg_advisory_lock({Lock})", cancellationToken).ConfigureAwait(false);
        try
        {
            await ExecuteAsync(connection, Bootstrap, cancellationToken).ConfigureAwait(false);
            var ran = await RanAsync(connection, cancellationToken).ConfigureAwait(false);
            foreach (var migration in migrations)
            {
                if (ran.TryGetValue((migration.Module, migration.Number), out var sha256))
                {
                    if (!sha256.AsSpan().SequenceEqual(migration.Sha256))
                        throw new MigrationException($"{migration.Module}/{migration.Name} was altered after it ran. Add a new migration instead, or start from an empty home.");
                    continue;
                }
                await ApplyAsync(connection, migration, time, cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            await ExecuteAsync(connection, $"SELECT pg_advisory_unlock({Lock})", CancellationToken.None).ConfigureAwait(false);
        }
    }

    private const string Bootstrap = $"""
        DO $$ BEGIN
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{Connections.AppRole}') THEN CREATE ROLE {Connections.AppRole} NOLOGIN; END IF;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; -- another database of the same cluster was first
        END $$;
        DO $$ BEGIN EXECUTE format('GRANT {Connections.AppRole} TO %I', current_user); EXCEPTION WHEN OTHERS THEN NULL; END $$;
        REVOKE CREATE ON SCHEMA public FROM PUBLIC;
        CREATE SCHEMA IF NOT EXISTS records;
        CREATE TABLE IF NOT EXISTS records.migrations (
            module text NOT NULL, number int NOT NULL, name text NOT NULL, sha256 bytea NOT NULL, applied_at timestamptz NOT NULL,
            PRIMARY KEY (module, number));
        """;

    private static async Task<Dictionary<(string, int), byte[]>> RanAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT module, number, sha256 FROM records.migrations", connection);
        var rows = await command.ListAsync(r => (Key: (r.GetString(0), r.GetInt32(1)), Sha256: r.GetFieldValue<byte[]>(2)), cancellationToken).ConfigureAwait(false);
        return rows.ToDictionary(r => r.Key, r => r.Sha256);
    }

    private static async Task ApplyAsync(NpgsqlConnection connection, Migration migration, TimeProvider time, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await ExecuteAsync(connection, migration.Sql, cancellationToken).ConfigureAwait(false);
        }
        catch (PostgresException e)
        {
            throw new MigrationException($"{migration.Module}/{migration.Name} failed: {e.MessageText} (at character {e.Position}).", e);
        }
        await transaction.Command("INSERT INTO records.migrations VALUES ($1, $2, $3, $4, $5)",
            migration.Module, migration.Number, migration.Name, migration.Sha256, time.GetUtcMicroseconds()).RunAsync(cancellationToken).ConfigureAwait(false);
        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }
}
