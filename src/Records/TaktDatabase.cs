using Npgsql;

namespace Takt.Records;

internal sealed class TaktDatabase : ITaktDatabase
{
    private const int Tries = 5;

    public TaktDatabase(string connectionString)
    {
        // Statements that come again are prepared by themselves: a prepared point select costs half an unprepared one.
        var owner = new NpgsqlConnectionStringBuilder(connectionString) { MaxAutoPrepare = 100, AutoPrepareMinUsages = 2, MaxPoolSize = 4 };
        var app = new NpgsqlConnectionStringBuilder(connectionString)
        {
            MaxAutoPrepare = 200, AutoPrepareMinUsages = 2, MaxPoolSize = 40,
            Options = $"{owner.Options} -c role={Connections.AppRole}".Trim(),
        };
        Owner = NpgsqlDataSource.Create(owner);
        App = NpgsqlDataSource.Create(app);
    }

    public NpgsqlDataSource App { get; }

    public NpgsqlDataSource Owner { get; }

    public async Task<T> InTransactionAsync<T>(Func<NpgsqlTransaction, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await using var connection = await App.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
                await using var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
                var result = await work(transaction, cancellationToken).ConfigureAwait(false);
                await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
                return result;
            }
            catch (PostgresException e) when (attempt < Tries && e.SqlState is PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected)
            {
                await Task.Yield();
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await App.DisposeAsync().ConfigureAwait(false);
        await Owner.DisposeAsync().ConfigureAwait(false);
    }
}
