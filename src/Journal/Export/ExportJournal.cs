using System.Security.Cryptography;
using Takt.Journal.Checkpoints;
using Takt.Journal.Facts;
using Takt.Journal.Sequencing;
using Takt.Journal.Tree;
using Takt.Kernel;
using Takt.Records;

namespace Takt.Journal.Export;

/// <summary>
/// Writes the journal up to its last checkpoint as JSON lines. A project's export has its own facts whole, and of the others a tag and a hash: it proves that the project's
/// facts are what was signed, and that none of them is left out; of other projects it tells how many facts they have and nothing else.
/// </summary>
internal sealed class ExportJournal(ITaktDatabase database, Journal journal, JournalHead head, TimeProvider time)
{
    private const int Page = 1000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <param name="project">Null: every project, whole.</param>
    public async Task WriteAsync(ProjectId? project, Stream to, CancellationToken cancellationToken)
    {
        var size = await CoveredSizeAsync(cancellationToken).ConfigureAwait(false);
        using var sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var lines = 0L;
        await using var buffered = new BufferedStream(to, 64 << 10);
        async Task Line(ExportLine line)
        {
            byte[] bytes = [.. line.Bytes(), (byte)'\n'];
            if (line is not ExportLine.EndLine) sha256.AppendData(bytes);
            lines++;
            await buffered.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
        }

        await Line(await HeaderAsync(project, size, cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
        for (var after = -1L; after < size - 1;)
        {
            var facts = await FactReader.ReadAsync(database.App, new FactQuery(null, after, Math.Min(size, after + 1 + Page), [], null, NewestFirst: false, Page), cancellationToken).ConfigureAwait(false);
            if (facts.Count == 0) break; // a hole: the verifier names it
            var checkpoints = new Queue<SignedCheckpoint>(await CheckpointStore.RangeAsync(database.App, after + 1, Math.Min(size, after + 1 + Page), cancellationToken).ConfigureAwait(false));
            foreach (var fact in facts)
            {
                await Line(project is { } only && fact.Fact.Project != only ? Other(fact) : new ExportLine.FactLine(fact)).ConfigureAwait(false);
                while (checkpoints.TryPeek(out var next) && next.Checkpoint.Size <= fact.Position + 1) await Line(ExportLine.CheckpointLine.Of(checkpoints.Dequeue())).ConfigureAwait(false);
            }
            after += Page;
        }
        await Line(new ExportLine.EndLine(lines, new Digest(sha256.GetHashAndReset()))).ConfigureAwait(false);
        await buffered.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    private static ExportLine.OtherLine Other(SequencedFact fact) =>
        new(fact.Position, fact.Leaf, FactLeaf.Tag(fact.Fact.Project), FactLeaf.Body(fact.Id, fact.At, fact.Fact));

    private async Task<ExportLine.Header> HeaderAsync(ProjectId? project, long size, CancellationToken cancellationToken)
    {
        var id = await database.App.Command("SELECT id FROM journal.identity").ScalarAsync<Guid>(cancellationToken).ConfigureAwait(false);
        var keys = await database.App.Command("SELECT name, public_key, endorsed_by, endorsement, at FROM journal.keys").ListAsync(KnownKey.Row, cancellationToken).ConfigureAwait(false);
        return new ExportLine.Header(id, project, size, [.. keys.OrderBy(k => k.Number).Select(k => new ExportLine.HeaderKey(k.Name, k.PublicKey, k.EndorsedBy, k.Endorsement))]);
    }

    /// <summary>Asks for a checkpoint over all that is committed by now; where none comes soon (no sequencer runs), the last one must do.</summary>
    private async Task<long> CoveredSizeAsync(CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            var pulse = head.Next;
            var wanted = await database.App.Command("SELECT coalesce((SELECT max(position) + 1 FROM journal.sequence), 0) + (SELECT count(*) FROM journal.pending)").ScalarAsync<long>(cancellationToken).ConfigureAwait(false);
            var covered = (await CheckpointStore.LastAsync(database.App, cancellationToken).ConfigureAwait(false))?.Checkpoint.Size ?? 0;
            if (covered >= wanted || time.GetElapsedTime(started) > Patience) return covered;
            await journal.RingAsync(cancellationToken).ConfigureAwait(false);
            await Task.WhenAny(pulse, Task.Delay(TimeSpan.FromMilliseconds(200), time, cancellationToken)).ConfigureAwait(false);
        }
    }
}
