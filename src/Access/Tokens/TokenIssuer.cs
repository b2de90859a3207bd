using System.Buffers.Text;
using System.Security.Cryptography;
using Npgsql;
using Takt.Access.Requests;
using Takt.Access.Roles;
using Takt.Access.State;
using Takt.Journal;
using Takt.Kernel;
using Takt.Records;

namespace Takt.Access.Tokens;

internal sealed class TokenIssuer(AccessState state, IJournal journal, TimeProvider time) : ITokens
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(366);

    public async Task<IssuedToken> IssueAsync(Caller by, ActorId actor, ProjectId project, Role role, string purpose, TimeSpan lifetime, CancellationToken cancellationToken)
    {
        if (lifetime <= TimeSpan.Zero || lifetime > Longest) throw new RefusedException(Problem.Invalid("token-lifetime-invalid", "A token lives longer than nothing and at most 366 days.", "Ask for less."));
        if (purpose.Length is 0 or > 200 || purpose.Any(char.IsControl)) throw new RefusedException(Problem.Invalid("token-purpose-invalid", "A token has a purpose of 1 to 200 characters.", "Say what it is for."));
        var snapshot = await state.CurrentAsync(cancellationToken).ConfigureAwait(false);
        if (!snapshot.Actors.TryGetValue(actor, out var found) || found.Disabled || snapshot.RoleOf(actor, project) is not { } most || most < role)
            throw new RefusedException(Problem.Unprocessable("token-above-actor", $"The actor {actor} is not {role} in that project, so no token can make it so.", "Give the actor the role first, or ask for less."));
        var held = by.Project == project ? by.Role : snapshot.EverywhereRoleOf(by.Actor);
        if (held is not { } own || own < role)
            throw new RefusedException(new Problem("token-above-issuer", 403, $"Who is not {role} in that project cannot issue a token that is.", "Ask an admin of the project."));
        return await state.ChangeAsync((transaction, token) => InsertAsync(transaction, by, new NewToken(actor, project, role, null, purpose, time.GetUtcMicroseconds() + lifetime), token), cancellationToken).ConfigureAwait(false);
    }

    public Task RevokeAsync(Caller by, TokenId token, CancellationToken cancellationToken) =>
        state.ChangeAsync(async (transaction, cancel) =>
        {
            // With the token go the sessions that it opened.
            var rows = await transaction.Command("UPDATE access.tokens SET revoked_at = $2 WHERE (id = $1 OR parent = $1) AND revoked_at IS NULL", token, time.GetUtcMicroseconds()).RunAsync(cancel).ConfigureAwait(false);
            if (rows > 0) await journal.AppendAsync(transaction, Fact.Of(by, "token.revoked", SubjectOf(token), new { Token = token }), cancel).ConfigureAwait(false);
            return rows;
        }, cancellationToken);

    public async Task<IReadOnlyList<TokenHash>> HashesAsync(CancellationToken cancellationToken)
    {
        var snapshot = await state.CurrentAsync(cancellationToken).ConfigureAwait(false);
        var now = time.GetUtcNow();
        var hashes = new List<TokenHash>();
        foreach (var (sha256, token) in snapshot.Tokens)
        {
            if (token.Parent is not null || token.IsDataPlane || token.ExpiresAt <= now || !snapshot.Actors.TryGetValue(token.Actor, out var actor) || actor.Disabled) continue;
            if (snapshot.EverywhereRoleOf(token) is { } everywhere)
            {
                Add(null, everywhere);
                continue;
            }
            foreach (var project in snapshot.Projects.Keys)
                if (snapshot.RoleOf(token, project) is { } role) Add(project, role);

            void Add(ProjectId? project, Role role)
            {
                if (RolePermissions.Of(role).Contains(Permission.PredictionsWrite)) hashes.Add(new TokenHash(sha256, token.Actor, project, role, token.ExpiresAt));
            }
        }
        return hashes;
    }

    /// <summary>Writes the token's row and its fact; the text is told this once.</summary>
    public async Task<IssuedToken> InsertAsync(NpgsqlTransaction transaction, Caller by, NewToken token, CancellationToken cancellationToken)
    {
        var id = Id.New<TokenId>(time);
        var text = $"takt_{Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32))}";
        await transaction.Command("""
            INSERT INTO access.tokens (id, sha256, actor, project, role, parent, purpose, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            """, id, Presented.Hash(text), token.Actor, token.Project, token.Role, token.Parent, token.Purpose, time.GetUtcMicroseconds(), token.ExpiresAt).RunAsync(cancellationToken).ConfigureAwait(false);
        await journal.AppendAsync(transaction, Fact.Of(by, token.Parent is null ? "token.issued" : "session.opened", SubjectOf(id),
            new { Token = id, token.Actor, token.Role, token.Parent, token.ExpiresAt }), cancellationToken).ConfigureAwait(false);
        return new IssuedToken(id, text, token.ExpiresAt);
    }

    public static Subject SubjectOf(TokenId token) => new("token", Id.Text(token));
}

/// <param name="Project">Null: wherever the actor has a role.</param>
/// <param name="Role">Null: whatever the actor is.</param>
/// <param name="Parent">Makes it a browser's session.</param>
internal sealed record NewToken(ActorId Actor, ProjectId? Project, Role? Role, TokenId? Parent, string Purpose, DateTimeOffset ExpiresAt);
