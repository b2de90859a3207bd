using Npgsql;

namespace Takt.Records;

/// <summary>The shapes of <see cref="ITaktDatabase.InTransactionAsync{T}"/> that callers want.</summary>
public static class Transactions
{
    public static Task InTransactionAsync(this ITaktDatabase database, Func<NpgsqlTransaction, CancellationToken, Task> work, CancellationToken cancellationToken) =>
        database.InTransactionAsync(async (transaction, token) =>
        {
            await work(transaction, token).ConfigureAwait(false);
            return true;
        }, cancellationToken);
}
