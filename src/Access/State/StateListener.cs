using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Takt.Access.Repeats;
using Takt.Records;

namespace Takt.Access.State;

/// <summary>
/// Hears of changes that other processes made, and holds the lock that shows this process alive. While it hears nothing, the state is read again each second;
/// it also sees to what grows old: expired tokens, kept answers.
/// </summary>
internal sealed partial class StateListener(ITaktDatabase database, AccessState state, ProcessNumber process, TimeProvider time, ILogger<StateListener> log) : BackgroundService
{
    private static readonly TimeSpan Upkeep = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await ListenAsync(stoppingToken).ConfigureAwait(false);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                LogLost(e.Message);
                await Task.Delay(TimeSpan.FromSeconds(1), time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.App.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        var changed = 0;
        void Heard(object sender, NpgsqlNotificationEventArgs e) => Interlocked.Exchange(ref changed, 1);
        connection.Notification += Heard;
        try
        {
            await using (var listen = new NpgsqlCommand($"LISTEN {AccessState.Channel}", connection)) await listen.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
            await process.HoldAsync(connection, cancellationToken).ConfigureAwait(false);
            await state.ReloadAsync(cancellationToken).ConfigureAwait(false);
            var upkeep = time.GetUtcNow();
            while (true)
            {
                if (await connection.WaitAsync(Upkeep, cancellationToken).ConfigureAwait(false) && Interlocked.Exchange(ref changed, 0) == 1)
                    await state.ReloadAsync(cancellationToken).ConfigureAwait(false);
                if (time.GetUtcNow() - upkeep < Upkeep) continue;
                upkeep = time.GetUtcNow();
                await TidyAsync(cancellationToken).ConfigureAwait(false);
                await state.ReloadAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            connection.Notification -= Heard;
        }
    }

    private async Task TidyAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await database.App.Command("DELETE FROM access.sign_in_links WHERE expires_at < $1", now).RunAsync(cancellationToken).ConfigureAwait(false);
        await database.App.Command("DELETE FROM access.answers WHERE at < $1", now - Answers.Kept).RunAsync(cancellationToken).ConfigureAwait(false);
        // Sessions go once nobody asks for them; tokens stay listed a month after their end.
        await database.App.Command("""
            DELETE FROM access.tokens t WHERE t.expires_at < $1 AND (t.parent IS NOT NULL OR t.expires_at < $2)
            AND NOT EXISTS (SELECT FROM access.tokens c WHERE c.parent = t.id) AND NOT EXISTS (SELECT FROM access.sign_in_links l WHERE l.token = t.id)
            """, now, now - TimeSpan.FromDays(30)).RunAsync(cancellationToken).ConfigureAwait(false);
    }

    [LoggerMessage(1201, LogLevel.Warning, "Access hears nothing from PostgreSQL ({Why}); it tries again in a second.")]
    private partial void LogLost(string why);
}
