using System.Globalization;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Takt.Records;

namespace Takt.Journal.Sequencing;

/// <summary>Hears what other processes say: that somebody waits, and that the journal went on.</summary>
internal sealed partial class Listener(ITaktDatabase database, JournalHead head, Bell bell, TimeProvider time, ILogger<Listener> log) : BackgroundService
{
    /// <summary>The sequencer did a round; the payload is the tree's size.</summary>
    public const string Grown = "takt_journal_grown";

    /// <summary>Somebody waits for a fact.</summary>
    public const string Wanted = "takt_journal_wanted";

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
                await Task.Delay(TimeSpan.FromSeconds(1), time, stoppingToken).ConfigureAwait(false);
            }
        }
    }

    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.App.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        connection.Notification += Heard;
        try
        {
            await using (var listen = new NpgsqlCommand($"LISTEN {Grown}; LISTEN {Wanted}", connection))
                await listen.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
            await using (var size = new NpgsqlCommand("SELECT coalesce(max(position), -1) + 1 FROM journal.sequence", connection))
                head.Pulse((long)(await size.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!);
            while (true) await connection.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            connection.Notification -= Heard;
        }
    }

    private void Heard(object sender, NpgsqlNotificationEventArgs e)
    {
        if (e.Channel == Wanted) bell.Ring();
        else if (long.TryParse(e.Payload, CultureInfo.InvariantCulture, out var size)) head.Pulse(size);
    }

    [LoggerMessage(1003, LogLevel.Warning, "The journal hears nothing from PostgreSQL ({Why}); it tries again in a second.")]
    private partial void LogLost(string why);
}
