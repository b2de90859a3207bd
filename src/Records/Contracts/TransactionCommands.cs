using Npgsql;
using NpgsqlTypes;
using Takt.Kernel;

namespace Takt.Records;

/// <summary>Short ways to a command with positional parameters ($1, $2 …). Ids and digests are written as what PostgreSQL keeps: uuid and bytea.</summary>
public static class TransactionCommands
{
    /// <summary>A command inside the transaction.</summary>
    public static NpgsqlCommand Command(this NpgsqlTransaction transaction, string sql, params ReadOnlySpan<object?> parameters) =>
        Fill(new NpgsqlCommand(sql, transaction.Connection, transaction), parameters);

    /// <summary>A command on a connection of its own, prepared by the data source's rules.</summary>
    public static NpgsqlCommand Command(this NpgsqlDataSource source, string sql, params ReadOnlySpan<object?> parameters)
    {
        var command = source.CreateCommand(sql);
        return Fill(command, parameters);
    }

    /// <summary>The first column of the first row, or null.</summary>
    public static async Task<T?> ScalarAsync<T>(this NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var _ = command.ConfigureAwait(false);
        var value = await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false);
        return value is null or DBNull ? default : (T)value;
    }

    /// <summary>Runs it and gives the number of rows touched.</summary>
    public static async Task<int> RunAsync(this NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var _ = command.ConfigureAwait(false);
        return await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Every row, read by <paramref name="read"/>.</summary>
    public static async Task<List<T>> ListAsync<T>(this NpgsqlCommand command, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
    {
        await using var _ = command.ConfigureAwait(false);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false)) rows.Add(read(reader));
        return rows;
    }

    /// <summary>The first row, or null where there is none.</summary>
    public static async Task<T?> FirstAsync<T>(this NpgsqlCommand command, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken) where T : class
    {
        await using var _ = command.ConfigureAwait(false);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        return await reader.ReadAsync(cancellationToken).ConfigureAwait(false) ? read(reader) : null;
    }

    /// <summary>An id column.</summary>
    public static T GetId<T>(this NpgsqlDataReader reader, int column) where T : struct, IId<T> => T.Of(reader.GetGuid(column));

    /// <summary>A digest column (bytea of 32).</summary>
    public static Digest GetDigest(this NpgsqlDataReader reader, int column) => new(reader.GetFieldValue<byte[]>(column));

    /// <summary>A timestamptz column, in UTC.</summary>
    public static DateTimeOffset GetTime(this NpgsqlDataReader reader, int column) => new(reader.GetDateTime(column), TimeSpan.Zero);

    /// <summary>A column that may be null.</summary>
    public static string? GetTextOrNull(this NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    private static NpgsqlCommand Fill(NpgsqlCommand command, ReadOnlySpan<object?> parameters)
    {
        foreach (var value in parameters) command.Parameters.Add(Parameter(value));
        return command;
    }

    private static NpgsqlParameter Parameter(object? value) => value switch
    {
        null => new NpgsqlParameter { Value = DBNull.Value },
        NpgsqlParameter ready => ready,
        string or int or long or bool or double or short or Guid or byte[] => new NpgsqlParameter { Value = value },
        Digest digest => new NpgsqlParameter { Value = digest.ToArray(), NpgsqlDbType = NpgsqlDbType.Bytea },
        ProjectId id => Uuid(id.Value),
        ActorId id => Uuid(id.Value),
        FactId id => Uuid(id.Value),
        DateTimeOffset time => new NpgsqlParameter { Value = time.ToUniversalTime(), NpgsqlDbType = NpgsqlDbType.TimestampTz },
        Enum word => new NpgsqlParameter { Value = word.ToString(), NpgsqlDbType = NpgsqlDbType.Text },
        _ when IdValue(value) is { } guid => Uuid(guid),
        _ => new NpgsqlParameter { Value = value }
    };

    private static NpgsqlParameter Uuid(Guid value) => new() { Value = value, NpgsqlDbType = NpgsqlDbType.Uuid };

    private static Guid? IdValue(object value) =>
        value.GetType() is { IsValueType: true } type && type.GetProperty("Value") is { } property && property.PropertyType == typeof(Guid)
            ? (Guid)property.GetValue(value)!
            : null;
}
