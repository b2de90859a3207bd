using Takt.Kernel;
using Takt.Records;

namespace Takt.Access.Repeats;

/// <summary>Whose POST to which route, under which key.</summary>
internal sealed record RepeatKey(ActorId Actor, string Route, string Key);

/// <param name="Status">Null: still at work.</param>
/// <param name="Body">Null: it held a secret or was too long to keep.</param>
internal sealed record KeptAnswer(Digest Request, int Process, int? Status, string? ContentType, string? Location, byte[]? Body);

/// <summary>What POSTs with a key were answered, a day long.</summary>
internal sealed class Answers(ITaktDatabase database, ProcessNumber process, TimeProvider time)
{
    public static readonly TimeSpan Kept = TimeSpan.FromDays(1);

    /// <summary>Whether this request is the first with its key, and is to be worked on now.</summary>
    public async Task<bool> BeginAsync(RepeatKey key, Digest request, CancellationToken cancellationToken) =>
        await database.App.Command("""
            INSERT INTO access.answers (actor, route, key, request_sha256, process, at) VALUES ($1, $2, $3, $4, $5, $6)
            ON CONFLICT (actor, route, key) DO UPDATE SET request_sha256 = excluded.request_sha256, process = excluded.process, at = excluded.at, status = NULL, body = NULL
                WHERE answers.at < $7
            """, key.Actor, key.Route, key.Key, request, process.Value, time.GetUtcNow(), time.GetUtcNow() - Kept).RunAsync(cancellationToken).ConfigureAwait(false) == 1;

    public Task<KeptAnswer?> FindAsync(RepeatKey key, CancellationToken cancellationToken) =>
        database.App.Command("SELECT request_sha256, process, status, content_type, location, body FROM access.answers WHERE actor = $1 AND route = $2 AND key = $3", key.Actor, key.Route, key.Key)
            .FirstAsync(r => new KeptAnswer(r.GetDigest(0), r.GetInt32(1), r.IsDBNull(2) ? null : r.GetInt32(2), r.GetTextOrNull(3), r.GetTextOrNull(4), r.IsDBNull(5) ? null : r.GetFieldValue<byte[]>(5)), cancellationToken);

    public Task EndAsync(RepeatKey key, int status, string? contentType, string? location, byte[]? body, CancellationToken cancellationToken) =>
        database.App.Command("UPDATE access.answers SET status = $4, content_type = $5, location = $6, body = $7 WHERE actor = $1 AND route = $2 AND key = $3 AND process = $8",
            key.Actor, key.Route, key.Key, status, contentType, location, body, process.Value).RunAsync(cancellationToken);

    /// <summary>It failed on our side: the next try is a first one.</summary>
    public Task ForgetAsync(RepeatKey key, CancellationToken cancellationToken) =>
        database.App.Command("DELETE FROM access.answers WHERE actor = $1 AND route = $2 AND key = $3 AND process = $4", key.Actor, key.Route, key.Key, process.Value).RunAsync(cancellationToken);

    /// <summary>Takes over what a dead process began. False while that one lives, or where another was quicker.</summary>
    public Task<bool> TakeOverAsync(RepeatKey key, int from, CancellationToken cancellationToken) =>
        from == process.Value
            ? Task.FromResult(false)
            : database.InTransactionAsync(async (transaction, token) =>
            {
                if (!await transaction.Command("SELECT pg_try_advisory_xact_lock($1, $2)", ProcessNumber.LockClass, from).ScalarAsync<bool>(token).ConfigureAwait(false)) return false;
                return await transaction.Command("UPDATE access.answers SET process = $5, at = $6 WHERE actor = $1 AND route = $2 AND key = $3 AND process = $4 AND status IS NULL",
                    key.Actor, key.Route, key.Key, from, process.Value, time.GetUtcNow()).RunAsync(token).ConfigureAwait(false) == 1;
            }, cancellationToken);
}
