using System.Collections.Frozen;
using Takt.Kernel;

namespace Takt.Access.State;

/// <summary>All that admission needs, in memory. Never edited: a change makes a new one.</summary>
internal sealed class AccessSnapshot
{
    public required FrozenDictionary<string, Project> ProjectsByName { get; init; }

    public required FrozenDictionary<ProjectId, Project> Projects { get; init; }

    public required FrozenDictionary<ActorId, Actor> Actors { get; init; }

    public required FrozenDictionary<(ActorId, ProjectId), Role> Grants { get; init; }

    /// <summary>Roles in every project.</summary>
    public required FrozenDictionary<ActorId, Role> Everywhere { get; init; }

    /// <summary>Live tokens and sessions by the SHA-256 of their text.</summary>
    public required FrozenDictionary<Digest, Token> Tokens { get; init; }

    /// <summary>What the actor is in the project, by its grants alone; null: nothing.</summary>
    public Role? RoleOf(ActorId actor, ProjectId project)
    {
        if (EverywhereRoleOf(actor) is not { } everywhere) return Grants.TryGetValue((actor, project), out var role) ? role : null;
        return Grants.TryGetValue((actor, project), out var here) && here > everywhere ? here : everywhere;
    }

    /// <summary>What the actor is in every project, now and later; null: nothing.</summary>
    public Role? EverywhereRoleOf(ActorId actor)
    {
        if (actor == ActorId.System) return Role.Admin;
        return Everywhere.TryGetValue(actor, out var role) ? role : null;
    }

    /// <summary>What a token may be in the project: its actor's role, at most the token's own; null: nothing.</summary>
    public Role? RoleOf(Token token, ProjectId project)
    {
        if (token.Project is { } only && only != project) return null;
        return Cap(RoleOf(token.Actor, project), token.Role);
    }

    /// <summary>What a token may be for the whole server; null: nothing.</summary>
    public Role? EverywhereRoleOf(Token token) => token.Project is null ? Cap(EverywhereRoleOf(token.Actor), token.Role) : null;

    private static Role? Cap(Role? role, Role? cap) => role is { } held && cap is { } most && held > most ? most : role;
}

internal enum ActorKind { Person, Service, System }

/// <param name="Disabled">Its tokens open nothing any more.</param>
internal sealed record Actor(ActorId Id, string Name, ActorKind Kind, bool Disabled)
{
    /// <summary>Callers without credentials, where those are let in.</summary>
    public static readonly ActorId Anonymous = new(new Guid("00000000-0000-7000-8000-000000000003"));

    /// <summary>The data plane.</summary>
    public static readonly ActorId DataPlane = new(new Guid("00000000-0000-7000-8000-000000000004"));
}

/// <param name="Project">Null: wherever the actor has a role.</param>
/// <param name="Role">The most it may be; null: whatever the actor is.</param>
/// <param name="Parent">A session's token.</param>
internal sealed record Token(TokenId Id, ActorId Actor, ProjectId? Project, Role? Role, TokenId? Parent, string Purpose, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt)
{
    public bool IsDataPlane => Actor == State.Actor.DataPlane;
}
