using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Takt.Journal.Checkpoints;
using Takt.Journal.Tree;
using Takt.Records;

namespace Takt.Journal.Sequencing;

/// <summary>
/// Gives committed facts their gapless positions, at least every 200 ms, at once where somebody waits. One at a time on the whole database: it holds
/// an advisory lock on the very connection it writes with, so who loses the lock loses the write. All state is in the database; what is in memory is read again after any failure.
/// </summary>
internal sealed partial class Sequencer(
    ITaktDatabase database, SigningKeys keys, JournalHead head, Bell bell, Leadership leadership, TimeProvider time, ILogger<Sequencer> log) : BackgroundService
{
    private const long LeaderLock = 0x54414B544A4F5552; // "TAKTJOUR"
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan CheckpointEvery = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await LeadAsync(stoppingToken).ConfigureAwait(false);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(e);
            }
            finally
            {
                leadership.Lose();
            }
            // Another leads, or the database is away.
            if (!stoppingToken.IsCancellationRequested) await Task.Delay(Beat, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task LeadAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.App.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        if (!await TryLockAsync(connection, cancellationToken).ConfigureAwait(false)) return;
        try
        {
            var key = await keys.CurrentAsync(connection, cancellationToken).ConfigureAwait(false);
            var last = await CheckpointStore.LastAsync(connection, cancellationToken).ConfigureAwait(false);
            var state = new State(await ReadTreeAsync(connection, cancellationToken).ConfigureAwait(false), last?.Checkpoint.Size ?? 0, last?.Checkpoint.At ?? DateTimeOffset.MinValue);
            leadership.Take();
            LogLeads(state.Tree.Size);
            head.Pulse(state.Tree.Size);
            await RunAsync(connection, key, state, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await UnlockAsync(connection).ConfigureAwait(false);
        }
    }

    private async Task RunAsync(NpgsqlConnection connection, SigningKey key, State state, CancellationToken cancellationToken)
    {
        var wanted = false;
        while (true)
        {
            var facts = await SequenceBatch.WaitingAsync(connection, cancellationToken).ConfigureAwait(false);
            var grown = state.Tree.Size + facts.Count;
            var now = time.GetUtcNow();
            var due = grown > state.CheckpointSize && (wanted || grown - state.CheckpointSize >= SequenceBatch.Limit || now - state.CheckpointAt >= CheckpointEvery || now < state.CheckpointAt);
            if (facts.Count > 0 || due || wanted)
            {
                // Not cancelled half-way: a commit whose end nobody heard costs a reload.
                await SequenceBatch.WriteAsync(connection, facts, state.Tree, tree => due ? Sign(key, tree, state) : null, CancellationToken.None).ConfigureAwait(false);
                head.Pulse(state.Tree.Size);
            }
            wanted = facts.Count < SequenceBatch.Limit && await bell.RangAsync(Beat, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Checkpoints' times never go back, whatever the clock does.</summary>
    private SignedCheckpoint Sign(SigningKey key, Frontier tree, State state)
    {
        var now = Kernel.Microseconds.GetUtcMicroseconds(time);
        var signed = key.Sign(tree.Size, tree.Root(), now > state.CheckpointAt ? now : state.CheckpointAt);
        (state.CheckpointSize, state.CheckpointAt) = (tree.Size, signed.Checkpoint.At);
        return signed;
    }

    private static async Task<Frontier> ReadTreeAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var count = new NpgsqlCommand("SELECT coalesce(max(position), -1) + 1 FROM journal.sequence", connection);
        var size = (long)(await count.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
        var hashes = await NodeStore.ReadAsync(new NpgsqlCommand { Connection = connection }, [.. Frontier.Places(size)], cancellationToken).ConfigureAwait(false);
        return new Frontier(size, place => hashes[place]);
    }

    private static async Task<bool> TryLockAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand($"SELECT pg_try_advisory_lock({LeaderLock})", connection);
        return (bool)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
    }

    private static async Task UnlockAsync(NpgsqlConnection connection)
    {
        try
        {
            await using var command = new NpgsqlCommand($"SELECT pg_advisory_unlock({LeaderLock})", connection);
            await command.ExecuteNonQueryAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e) when (e is NpgsqlException or InvalidOperationException)
        {
            // the connection is gone, and the lock with it
        }
    }

    private sealed class State(Frontier tree, long checkpointSize, DateTimeOffset checkpointAt)
    {
        public Frontier Tree { get; } = tree;
        public long CheckpointSize { get; set; } = checkpointSize;
        public DateTimeOffset CheckpointAt { get; set; } = checkpointAt;
    }

    [LoggerMessage(1001, LogLevel.Information, "This process sequences the journal, from position {Position}.")]
    private partial void LogLeads(long position);

    [LoggerMessage(1002, LogLevel.Warning, "Sequencing failed; it starts again from what the database holds.")]
    private partial void LogFailed(Exception exception);
}
