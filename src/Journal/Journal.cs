using Npgsql;
using Takt.Journal.Facts;
using Takt.Journal.Sequencing;
using Takt.Journal.Tree;
using Takt.Kernel;
using Takt.Records;

namespace Takt.Journal;

internal sealed class Journal(ITaktDatabase database, JournalHead head, Bell bell, Leadership leadership, TimeProvider time) : IJournal
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    /// <remarks>No NOTIFY here: PostgreSQL lets transactions that notify commit one after another, which would cost every writer the group commit. Who waits rings.</remarks>
    public async Task<FactId> AppendAsync(NpgsqlTransaction transaction, Fact fact, CancellationToken cancellationToken)
    {
        FactRules.Check(fact);
        var id = Id.New<FactId>(time);
        await transaction.Command("""
            WITH written AS (
                INSERT INTO journal.facts (id, project, actor, kind, version, subject, payload, edges, at)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id)
            INSERT INTO journal.pending (fact) SELECT id FROM written
            """,
            id, fact.Project, fact.Actor, fact.Kind, fact.Version, fact.Subject.ToString(), fact.Payload, EdgeText.Write(fact.Edges), time.GetUtcMicroseconds())
            .RunAsync(cancellationToken).ConfigureAwait(false);
        return id;
    }

    public async Task<FactReceipt> SequencedAsync(FactId fact, CancellationToken cancellationToken)
    {
        while (true)
        {
            var pulse = head.Next;
            await RingAsync(cancellationToken).ConfigureAwait(false);
            // The pause guards against a notification lost between two processes.
            await Task.WhenAny(pulse, Task.Delay(Patience, time, cancellationToken)).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            if (await PlaceAsync(fact, cancellationToken).ConfigureAwait(false) is { } place) return await ReceiptAsync(fact, place, cancellationToken).ConfigureAwait(false);
        }
    }

    public async Task<long> LastPositionAsync(CancellationToken cancellationToken) =>
        await database.App.Command("SELECT coalesce(max(position), -1) FROM journal.sequence").ScalarAsync<long>(cancellationToken).ConfigureAwait(false);

    public async Task<IReadOnlyList<SequencedFact>> ReadAsync(ProjectId? project, long after, int limit, IReadOnlyList<string> kinds, CancellationToken cancellationToken) =>
        await FactReader.ReadAsync(database.App, new FactQuery(project, after, null, kinds, null, NewestFirst: false, limit), cancellationToken).ConfigureAwait(false);

    public Task WaitForMoreAsync(long position, CancellationToken cancellationToken) => head.PastAsync(position + 1, cancellationToken);

    /// <summary>The proof for a position against the first checkpoint that covers it.</summary>
    public async Task<FactReceipt> ReceiptAsync(FactId fact, Place place, CancellationToken cancellationToken)
    {
        var hashes = await NodeStore.ReadAsync(database.App.CreateCommand(), InclusionPath.Places(place.Position, place.TreeSize), cancellationToken).ConfigureAwait(false);
        return new FactReceipt(fact, place.Position, place.TreeSize, place.Root, InclusionPath.Of(place.Position, place.TreeSize, node => hashes[node]));
    }

    /// <summary>Where the fact stands, once a checkpoint covers it; null until then.</summary>
    /// <exception cref="InvalidOperationException">No such fact was committed.</exception>
    public async Task<Place?> PlaceAsync(FactId fact, CancellationToken cancellationToken)
    {
        var row = await database.App.Command("""
            SELECT s.position, c.size, c.root FROM journal.facts f LEFT JOIN journal.sequence s ON s.fact = f.id
            LEFT JOIN LATERAL (SELECT size, root FROM journal.checkpoints WHERE size > s.position ORDER BY size LIMIT 1) c ON true WHERE f.id = $1
            """, fact).FirstAsync(r => r.IsDBNull(1) ? new Place(-1, 0, default) : new Place(r.GetInt64(0), r.GetInt64(1), r.GetDigest(2)), cancellationToken).ConfigureAwait(false)
            ?? throw new InvalidOperationException($"Fact {fact} is not committed: wait for it only after its transaction.");
        return row.TreeSize == 0 ? null : row;
    }

    /// <summary>Asks for a round of the sequencer at once, wherever it runs.</summary>
    public async Task RingAsync(CancellationToken cancellationToken)
    {
        if (leadership.IsHeld) bell.Ring();
        else await database.App.Command("SELECT pg_notify($1, '')", Listener.Wanted).RunAsync(cancellationToken).ConfigureAwait(false);
    }
}

/// <summary>A position, and the first checkpoint that covers it.</summary>
internal sealed record Place(long Position, long TreeSize, Digest Root);
