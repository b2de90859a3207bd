using Takt.Kernel;

namespace Takt.Access;

/// <summary>Tokens: random, shown once, kept as a hash. Thread-safe.</summary>
public interface ITokens
{
    /// <summary>A new token that acts as <paramref name="actor"/> with <paramref name="role"/> in one project.</summary>
    Task<IssuedToken> IssueAsync(Caller by, ActorId actor, ProjectId project, Role role, string purpose, TimeSpan lifetime, CancellationToken cancellationToken);

    Task RevokeAsync(Caller by, TokenId token, CancellationToken cancellationToken);

    /// <summary>
    /// Hashes of the tokens that may call a deployment, for the data plane's plan: it checks tokens while the server is away. A token without a project of its own comes once where its
    /// actor has a role everywhere, else once for each project.
    /// </summary>
    Task<IReadOnlyList<TokenHash>> HashesAsync(CancellationToken cancellationToken);
}

/// <summary>A token's id; not the token.</summary>
public readonly record struct TokenId(Guid Value) : IId<TokenId>
{
    public static TokenId Of(Guid value) => new(value);

    public static bool TryParse(string? s, IFormatProvider? provider, out TokenId result) => Id.TryParse(s, out result);

    public override string ToString() => Id.Text(this);
}

/// <param name="Text">The secret; Takt keeps only its SHA-256.</param>
public sealed record IssuedToken(TokenId Id, string Text, DateTimeOffset ExpiresAt);

/// <param name="Sha256">Of the token's text.</param>
public sealed record TokenHash(Digest Sha256, ActorId Actor, ProjectId? Project, Role Role, DateTimeOffset ExpiresAt);
