using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Takt.Journal.Sequencing;
using Takt.Records;

namespace Takt.Journal.Subscriptions;

/// <summary>Hands each subscriber its facts, one after another, from its kept cursor. Runs where the sequencer runs, so each fact is acted on by one process.</summary>
internal sealed partial class SubscriptionRunner(
    IEnumerable<IFactSubscriber> subscribers, ITaktDatabase database, IJournal journal, Leadership leadership, TimeProvider time, ILogger<SubscriptionRunner> log) : BackgroundService
{
    private const int Page = 100;

    /// <summary>A cursor that only skipped facts of other kinds is kept once it has come this far.</summary>
    private const int SkipsKept = 1000;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var list = subscribers.ToList();
        if (list.GroupBy(s => s.Name, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new InvalidOperationException($"Two subscribers of the journal are named '{twice.Key}': they would share one cursor.");
        return Task.WhenAll(list.Select(s => FollowAsync(s, stoppingToken)));
    }

    private async Task FollowAsync(IFactSubscriber subscriber, CancellationToken cancellationToken)
    {
        var failures = 0;
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await leadership.HeldAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
                var cursor = new Cursor(subscriber.Name, await ReadCursorAsync(subscriber.Name, cancellationToken).ConfigureAwait(false));
                while (leadership.IsHeld)
                {
                    await StepAsync(subscriber, cursor, cancellationToken).ConfigureAwait(false);
                    failures = 0;
                }
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                var pause = TimeSpan.FromTicks(Math.Min(LongestPause.Ticks, FirstPause.Ticks << Math.Min(failures++, 10)));
                LogFailed(e, subscriber.Name, pause);
                await Task.Delay(pause, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task StepAsync(IFactSubscriber subscriber, Cursor cursor, CancellationToken cancellationToken)
    {
        // Read before the page: what lies up to here and is not in the page is of other kinds.
        var last = await journal.LastPositionAsync(cancellationToken).ConfigureAwait(false);
        var facts = await journal.ReadAsync(null, cursor.Position, Page, subscriber.Kinds, cancellationToken).ConfigureAwait(false);
        foreach (var fact in facts)
        {
            if (!leadership.IsHeld) return;
            await subscriber.HandleAsync(fact, cancellationToken).ConfigureAwait(false);
            cursor.Position = fact.Position;
            await KeepAsync(cursor, cancellationToken).ConfigureAwait(false);
        }
        if (facts.Count == Page) return;
        cursor.Position = Math.Max(cursor.Position, last);
        if (cursor.Position - cursor.Kept >= SkipsKept) await KeepAsync(cursor, cancellationToken).ConfigureAwait(false);
        await journal.WaitForMoreAsync(cursor.Position, cancellationToken).ConfigureAwait(false);
    }

    private async Task<long> ReadCursorAsync(string name, CancellationToken cancellationToken) =>
        await database.App.Command("SELECT position FROM journal.cursors WHERE name = $1", name).ScalarAsync<long?>(cancellationToken).ConfigureAwait(false) ?? -1;

    private async Task KeepAsync(Cursor cursor, CancellationToken cancellationToken)
    {
        await database.App.Command("""
            INSERT INTO journal.cursors (name, position, at) VALUES ($1, $2, $3)
            ON CONFLICT (name) DO UPDATE SET position = excluded.position, at = excluded.at
            """, cursor.Name, cursor.Position, time.GetUtcNow()).RunAsync(cancellationToken).ConfigureAwait(false);
        cursor.Kept = cursor.Position;
    }

    private sealed class Cursor(string name, long position)
    {
        public string Name { get; } = name;
        public long Position { get; set; } = position;
        public long Kept { get; set; } = position;
    }

    [LoggerMessage(1006, LogLevel.Error, "The subscriber {Subscriber} failed at a fact; it gets the fact again in {Pause}.")]
    private partial void LogFailed(Exception exception, string subscriber, TimeSpan pause);
}
