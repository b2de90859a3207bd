using System.IO.Pipelines;
using Takt.Journal.Checkpoints;
using Takt.Journal.Tree;
using Takt.Kernel;
using Takt.Records;

namespace Takt.Journal.Export;

/// <summary>Verifies the running journal: its export, by the same verifier, and what an export cannot show: kept tree nodes, and facts that were taken out of the sequencer's sight.</summary>
internal sealed class VerifyJournal(ITaktDatabase database, ExportJournal export)
{
    public async Task<VerifyReport> RunAsync(ProjectId? project, CancellationToken cancellationToken)
    {
        var pipe = new Pipe();
        var writing = WriteAsync(project, pipe.Writer, cancellationToken);
        var report = await ExportVerifier.VerifyAsync(pipe.Reader.AsStream(), cancellationToken).ConfigureAwait(false);
        // A damaged journal is not read to its end: the writer must not wait for a reader.
        await pipe.Reader.CompleteAsync().ConfigureAwait(false);
        await writing.ConfigureAwait(false);
        return report.IsWhole ? await BeyondAsync(report, cancellationToken).ConfigureAwait(false) : report;
    }

    private async Task WriteAsync(ProjectId? project, PipeWriter writer, CancellationToken cancellationToken)
    {
        try
        {
            await using var stream = writer.AsStream();
            await export.WriteAsync(project, stream, cancellationToken).ConfigureAwait(false);
        }
        catch (InvalidOperationException)
        {
            // the reader has seen enough
        }
    }

    private async Task<VerifyReport> BeyondAsync(VerifyReport report, CancellationToken cancellationToken)
    {
        var hidden = await database.App.Command("""
            SELECT count(*) FROM journal.facts f WHERE NOT EXISTS (SELECT FROM journal.sequence s WHERE s.fact = f.id) AND NOT EXISTS (SELECT FROM journal.pending p WHERE p.fact = f.id)
            """).ScalarAsync<long>(cancellationToken).ConfigureAwait(false);
        if (hidden > 0) return Damaged(report, $"{hidden} committed facts were kept from the sequencer: rows of journal.pending were removed");
        try
        {
            var places = Frontier.Places(report.Size).ToList();
            var hashes = await NodeStore.ReadAsync(database.App.CreateCommand(), places, cancellationToken).ConfigureAwait(false);
            if (new Frontier(report.Size, place => hashes[place]).Root() != report.Root) return Damaged(report, "the kept nodes of the tree are not those of its leaves: proofs would fail");
        }
        catch (InvalidDataException e)
        {
            return Damaged(report, e.Message);
        }
        return report;
    }

    private static VerifyReport Damaged(VerifyReport report, string what) => report with { IsWhole = false, Summary = $"damaged: {what}", Damage = what };
}
