using Npgsql;

namespace Takt.Records;

/// <summary>The one PostgreSQL behind Takt, seen by two roles. Thread-safe.</summary>
public interface ITaktDatabase : IAsyncDisposable
{
    /// <summary>The application's role <c>takt_app</c>: owns nothing, may do only what each migration grants it.</summary>
    NpgsqlDataSource App { get; }

    /// <summary>The role that owns the schemas: for migrations alone.</summary>
    NpgsqlDataSource Owner { get; }

    /// <summary>Runs <paramref name="work"/> in one transaction of the application's role: all of it stands, or nothing. Serialisation failures and deadlocks are tried again.</summary>
    Task<T> InTransactionAsync<T>(Func<NpgsqlTransaction, CancellationToken, Task<T>> work, CancellationToken cancellationToken);
}
