using Npgsql;
using Takt.Kernel;
using Takt.Records;

namespace Takt.Serving;

/// <summary>What PostgreSQL knows of the inference log: one row for each closed piece, never one for a prediction.</summary>
internal sealed class SegmentStore(ITaktDatabase database)
{
    public async Task<bool> IsSealedAsync(string segment, CancellationToken cancellationToken) =>
        await database.App.Command("SELECT EXISTS (SELECT FROM serving.segments WHERE segment = $1)", segment).ScalarAsync<bool>(cancellationToken).ConfigureAwait(false);

    /// <returns>False where it was there already.</returns>
    public async Task<bool> InsertAsync(NpgsqlTransaction tx, string segment, int part, SegmentPart piece, Digest blob, DateTimeOffset now, CancellationToken cancellationToken) =>
        await tx.Command("""
            INSERT INTO serving.segments (segment, part, project, deployment, blob, rows, requests, errors, first_event, last_event, last_request_event, sealed_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING
            """, segment, part, piece.Key.Project, piece.Key.Name, blob, piece.Rows, piece.Requests, piece.Errors, SegmentFormat.Time(piece.FirstEvent), SegmentFormat.Time(piece.LastEvent),
            new NpgsqlParameter { Value = piece.LastRequestEvent is { } last ? SegmentFormat.Time(last) : DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.TimestampTz }, now)
            .RunAsync(cancellationToken).ConfigureAwait(false) == 1;

    /// <summary>Blobs with rows whose event time may be in the window, oldest first.</summary>
    public Task<List<Digest>> BlobsAsync(ProjectId project, string deployment, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken) =>
        database.App.Command("SELECT blob FROM serving.segments WHERE project = $1 AND deployment = $2 AND last_event >= $3 AND first_event < $4 ORDER BY segment, part", project, deployment, from, to)
            .ListAsync(r => r.GetDigest(0), cancellationToken);

    public async Task<Digest?> TruthBlobAsync(ProjectId project, string deployment, string segment, long version, CancellationToken cancellationToken)
    {
        var found = await database.App.Command("SELECT blob FROM serving.truth_segments WHERE segment = $1 AND project = $2 AND deployment = $3 AND version = $4", segment, project, deployment, version)
            .ScalarAsync<byte[]>(cancellationToken).ConfigureAwait(false);
        return found is null ? null : new Digest(found);
    }

    public Task PutTruthBlobAsync(ProjectId project, string deployment, string segment, long version, long truths, Digest blob, DateTimeOffset now, CancellationToken cancellationToken) =>
        database.App.Command("""
            INSERT INTO serving.truth_segments VALUES ($1, $2, $3, $4, $5, $6, $7)
            ON CONFLICT (segment, project, deployment) DO UPDATE SET version = $4, truths = $5, blob = $6, updated_at = $7 WHERE serving.truth_segments.version <= $4
            """, segment, project, deployment, version, truths, blob, now).RunAsync(cancellationToken);

    /// <summary>Requests and errors of closed pieces, without shadows.</summary>
    public async Task<(long Requests, long Errors)> CountsAsync(ProjectId project, string deployment, CancellationToken cancellationToken)
    {
        var row = await database.App.Command("SELECT coalesce(sum(requests), 0)::bigint, coalesce(sum(errors), 0)::bigint FROM serving.segments WHERE project = $1 AND deployment = $2", project, deployment)
            .ListAsync(r => (r.GetInt64(0), r.GetInt64(1)), cancellationToken).ConfigureAwait(false);
        return row[0];
    }
}
