using System.Buffers.Text;
using System.Security.Cryptography;
using Takt.Access.Requests;
using Takt.Access.State;
using Takt.Access.Tokens;
using Takt.Journal;
using Takt.Kernel;
using Takt.Records;

namespace Takt.Access.SignIn;

/// <summary>Browser sessions: opened by a token or by a code that was made with one, and never living longer than it.</summary>
internal sealed class Sessions(AccessState state, TokenIssuer tokens, IJournal journal, AccessOptions options, TimeProvider time)
{
    public static readonly TimeSpan LinkLifetime = TimeSpan.FromMinutes(10);

    public static readonly Problem Refused = new("sign-in-refused", 401, "That token or code opens nothing (any more).", "Make a new link with `takt open`, or use a live token.");

    public async Task<Outcome<IssuedToken>> OpenByTokenAsync(string text, CancellationToken cancellationToken)
    {
        var snapshot = await state.CurrentAsync(cancellationToken).ConfigureAwait(false);
        if (!snapshot.Tokens.TryGetValue(Presented.Hash(text), out var token) || !IsUsable(snapshot, token)) return Refused;
        return await state.ChangeAsync((transaction, cancel) => OpenAsync(transaction, token, cancel), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A code opens one session, however many ask at once.</summary>
    public async Task<Outcome<IssuedToken>> OpenByCodeAsync(string code, CancellationToken cancellationToken)
    {
        var snapshot = await state.CurrentAsync(cancellationToken).ConfigureAwait(false);
        var now = time.GetUtcMicroseconds();
        return await state.ChangeAsync<Outcome<IssuedToken>>(async (transaction, cancel) =>
        {
            var id = await transaction.Command("UPDATE access.sign_in_links SET used_at = $2 WHERE code_sha256 = $1 AND used_at IS NULL AND expires_at > $2 RETURNING token",
                Presented.Hash(code), now).ScalarAsync<Guid?>(cancel).ConfigureAwait(false);
            var token = id is null ? null : snapshot.Tokens.Values.FirstOrDefault(t => t.Id.Value == id);
            return token is null || !IsUsable(snapshot, token) ? Refused : await OpenAsync(transaction, token, cancel).ConfigureAwait(false);
        }, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A code for the token's own holder: whoever opens the link is signed in as that token.</summary>
    public async Task<SignInLink> LinkAsync(Token token, CancellationToken cancellationToken)
    {
        var code = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        var expires = time.GetUtcMicroseconds() + LinkLifetime;
        await state.ChangeAsync((transaction, cancel) =>
            transaction.Command("INSERT INTO access.sign_in_links (code_sha256, token, expires_at) VALUES ($1, $2, $3)", Presented.Hash(code), token.Id, expires).RunAsync(cancel), cancellationToken).ConfigureAwait(false);
        return new SignInLink(code, $"/signin#{code}", expires);
    }

    public Task CloseAsync(Token session, CancellationToken cancellationToken) =>
        state.ChangeAsync(async (transaction, cancel) =>
        {
            var rows = await transaction.Command("UPDATE access.tokens SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL", session.Id, time.GetUtcMicroseconds()).RunAsync(cancel).ConfigureAwait(false);
            if (rows > 0) await journal.AppendAsync(transaction, Fact.Of(new Caller(session.Actor, session.Project ?? ProjectId.Default, Role.Viewer), "session.closed", TokenIssuer.SubjectOf(session.Id), new { Session = session.Id }), cancel).ConfigureAwait(false);
            return rows;
        }, cancellationToken);

    private Task<IssuedToken> OpenAsync(Npgsql.NpgsqlTransaction transaction, Token token, CancellationToken cancellationToken)
    {
        var expires = time.GetUtcMicroseconds() + options.SessionLifetime;
        return tokens.InsertAsync(transaction, new Caller(token.Actor, token.Project ?? ProjectId.Default, Role.Viewer),
            new NewToken(token.Actor, token.Project, token.Role, token.Id, "browser session", expires < token.ExpiresAt ? expires : token.ExpiresAt), cancellationToken);
    }

    private bool IsUsable(AccessSnapshot snapshot, Token token) =>
        token.Parent is null && !token.IsDataPlane && token.ExpiresAt > time.GetUtcNow() && snapshot.Actors.TryGetValue(token.Actor, out var actor) && !actor.Disabled;
}

/// <param name="Path">To put after the server's address. The code stands behind the #, so that it goes into no log.</param>
internal sealed record SignInLink(string Code, string Path, DateTimeOffset ExpiresAt);
