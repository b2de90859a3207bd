using System.Collections.Frozen;
using Npgsql;
using Takt.Kernel;
using Takt.Records;

namespace Takt.Access.State;

/// <summary>Holds the snapshot: requests read it without asking the database; a change reads it anew before it is answered, and tells other processes. Thread-safe.</summary>
internal sealed class AccessState(ITaktDatabase database, AccessOptions options, TimeProvider time) : IDisposable
{
    /// <summary>PostgreSQL's channel: somebody changed something.</summary>
    public const string Channel = "takt_access";

    private readonly SemaphoreSlim reading = new(1);
    private volatile AccessSnapshot? current;

    public ValueTask<AccessSnapshot> CurrentAsync(CancellationToken cancellationToken) =>
        current is { } snapshot ? ValueTask.FromResult(snapshot) : new ValueTask<AccessSnapshot>(ReloadAsync(cancellationToken));

    /// <summary>Changes something in one transaction; when it returns, this process has forgotten the old state, and the others were told.</summary>
    public async Task<T> ChangeAsync<T>(Func<NpgsqlTransaction, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        var result = await database.InTransactionAsync(async (transaction, token) =>
        {
            var done = await work(transaction, token).ConfigureAwait(false);
            await transaction.Command("SELECT pg_notify($1, '')", Channel).RunAsync(token).ConfigureAwait(false);
            return done;
        }, cancellationToken).ConfigureAwait(false);
        // It is committed: whoever has gone away, the old state must not stay.
        await ReloadAsync(CancellationToken.None).ConfigureAwait(false);
        return result;
    }

    /// <summary>Reads everything again; what it gives was read after the call began.</summary>
    public async Task<AccessSnapshot> ReloadAsync(CancellationToken cancellationToken)
    {
        await reading.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return current = await ReadAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            reading.Release();
        }
    }

    public void Dispose() => reading.Dispose();

    private async Task<AccessSnapshot> ReadAsync(CancellationToken cancellationToken)
    {
        var app = database.App;
        var projects = await app.Command("SELECT id, name, created_at FROM access.projects")
            .ListAsync(r => new Project(r.GetId<ProjectId>(0), r.GetString(1), r.GetTime(2)), cancellationToken).ConfigureAwait(false);
        var actors = await app.Command("SELECT id, name, kind, disabled_at IS NOT NULL FROM access.actors")
            .ListAsync(r => new Actor(r.GetId<ActorId>(0), r.GetString(1), Enum.Parse<ActorKind>(r.GetString(2)), r.GetBoolean(3)), cancellationToken).ConfigureAwait(false);
        var grants = await app.Command("SELECT actor, project, role FROM access.grants")
            .ListAsync(r => (Actor: r.GetId<ActorId>(0), Project: r.IsDBNull(1) ? null : (ProjectId?)r.GetId<ProjectId>(1), Role: Enum.Parse<Role>(r.GetString(2))), cancellationToken).ConfigureAwait(false);
        var tokens = await app.Command("SELECT sha256, id, actor, project, role, parent, purpose, created_at, expires_at FROM access.tokens WHERE revoked_at IS NULL AND expires_at > $1", time.GetUtcNow())
            .ListAsync(r => (Sha256: r.GetDigest(0), Token: ReadToken(r)), cancellationToken).ConfigureAwait(false);
        if (options.Anonymous is { } anonymous) grants.Add((Actor.Anonymous, null, anonymous));
        return new AccessSnapshot
        {
            ProjectsByName = projects.ToFrozenDictionary(p => p.Name, StringComparer.Ordinal),
            Projects = projects.ToFrozenDictionary(p => p.Id),
            Actors = actors.ToFrozenDictionary(a => a.Id),
            Grants = grants.Where(g => g.Project is not null).ToFrozenDictionary(g => (g.Actor, g.Project!.Value), g => g.Role),
            Everywhere = grants.Where(g => g.Project is null).ToFrozenDictionary(g => g.Actor, g => g.Role),
            Tokens = tokens.ToFrozenDictionary(t => t.Sha256, t => t.Token),
        };
    }

    private static Token ReadToken(NpgsqlDataReader r) => new(
        r.GetId<TokenId>(1), r.GetId<ActorId>(2), r.IsDBNull(3) ? null : r.GetId<ProjectId>(3), r.IsDBNull(4) ? null : Enum.Parse<Role>(r.GetString(4)),
        r.IsDBNull(5) ? null : r.GetId<TokenId>(5), r.GetString(6), r.GetTime(7), r.GetTime(8));
}
