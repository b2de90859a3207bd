using Npgsql;
using Takt.Access.State;
using Takt.Journal;
using Takt.Kernel;
using Takt.Records;

namespace Takt.Access.Actors;

/// <summary>Makes actors, gives and takes their roles. A change of roles decides something: it is answered once it is in the tree, with its proof.</summary>
internal sealed class ChangeActors(AccessState state, IJournal journal, TimeProvider time)
{
    public async Task<Outcome<MadeActor>> CreateAsync(Caller caller, string? name, ActorKind kind, Role? role, CancellationToken cancellationToken)
    {
        if (name is not { Length: > 0 and <= 200 } || name.Any(char.IsControl))
            return Problem.Invalid("actor-name-invalid", "An actor has a name of 1 to 200 characters, none of them a control character.");
        if (kind == ActorKind.System) return Problem.Invalid("actor-kind-invalid", "Actors of the kind system are Takt's own.", "Use person or service.");
        var id = Id.New<ActorId>(time);
        var fact = await state.ChangeAsync(async (transaction, token) =>
        {
            await InsertAsync(transaction, journal, caller, new Actor(id, name, kind, Disabled: false), time.GetUtcMicroseconds(), token).ConfigureAwait(false);
            return role is { } given ? await PutRoleAsync(transaction, caller, id, given, token).ConfigureAwait(false) : null;
        }, cancellationToken).ConfigureAwait(false);
        return new MadeActor(id, name, kind, role, await ProofAsync(fact, cancellationToken).ConfigureAwait(false));
    }

    /// <param name="role">Null takes the role away.</param>
    public async Task<Outcome<ChangedRole>> GrantAsync(Caller caller, string actor, Role? role, CancellationToken cancellationToken)
    {
        var snapshot = await state.CurrentAsync(cancellationToken).ConfigureAwait(false);
        // System actors and those of other projects look the same as none.
        if (!Id.TryParse<ActorId>(actor, out var id) || !snapshot.Actors.TryGetValue(id, out var found) || found.Kind == ActorKind.System) return NotFound(actor);
        var fact = await state.ChangeAsync(async (transaction, token) => role is { } given
            ? await PutRoleAsync(transaction, caller, id, given, token).ConfigureAwait(false)
            : await TakeRoleAsync(transaction, caller, id, token).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        return new ChangedRole(id, role, await ProofAsync(fact, cancellationToken).ConfigureAwait(false));
    }

    public async Task<Outcome<ChangedRole>> DisableAsync(Caller caller, string actor, CancellationToken cancellationToken)
    {
        var snapshot = await state.CurrentAsync(cancellationToken).ConfigureAwait(false);
        if (!Id.TryParse<ActorId>(actor, out var id) || !snapshot.Actors.TryGetValue(id, out var found) || found.Kind == ActorKind.System) return NotFound(actor);
        if (id == caller.Actor) return Problem.Conflict("actor-is-caller", "You cannot disable yourself.", "Ask another admin.");
        var fact = await state.ChangeAsync<FactId?>(async (transaction, token) =>
        {
            var rows = await transaction.Command("UPDATE access.actors SET disabled_at = $2 WHERE id = $1 AND disabled_at IS NULL", id, time.GetUtcMicroseconds()).RunAsync(token).ConfigureAwait(false);
            return rows == 0 ? null : await journal.AppendAsync(transaction, Fact.Of(caller, "actor.disabled", SubjectOf(id), new { Actor = id }), token).ConfigureAwait(false);
        }, cancellationToken).ConfigureAwait(false);
        return new ChangedRole(id, null, await ProofAsync(fact, cancellationToken).ConfigureAwait(false));
    }

    /// <remarks>The fact holds the id alone: names of people stay out of what is never erased.</remarks>
    public static async Task InsertAsync(NpgsqlTransaction transaction, IJournal journal, Caller caller, Actor actor, DateTimeOffset at, CancellationToken cancellationToken)
    {
        var rows = await transaction.Command("INSERT INTO access.actors (id, name, kind, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING", actor.Id, actor.Name, actor.Kind, at)
            .RunAsync(cancellationToken).ConfigureAwait(false);
        if (rows == 1) await journal.AppendAsync(transaction, Fact.Of(caller, "actor.created", SubjectOf(actor.Id), new { Actor = actor.Id, actor.Kind }), cancellationToken).ConfigureAwait(false);
    }

    private async Task<FactId?> PutRoleAsync(NpgsqlTransaction transaction, Caller caller, ActorId actor, Role role, CancellationToken cancellationToken)
    {
        await transaction.Command("INSERT INTO access.grants (actor, project, role) VALUES ($1, $2, $3) ON CONFLICT (actor, project) DO UPDATE SET role = excluded.role",
            actor, caller.Project, role).RunAsync(cancellationToken).ConfigureAwait(false);
        return await journal.AppendAsync(transaction, Fact.Of(caller, "role.granted", SubjectOf(actor), new { Actor = actor, Role = role }), cancellationToken).ConfigureAwait(false);
    }

    private async Task<FactId?> TakeRoleAsync(NpgsqlTransaction transaction, Caller caller, ActorId actor, CancellationToken cancellationToken)
    {
        var rows = await transaction.Command("DELETE FROM access.grants WHERE actor = $1 AND project = $2", actor, caller.Project).RunAsync(cancellationToken).ConfigureAwait(false);
        return rows == 0 ? null : await journal.AppendAsync(transaction, Fact.Of(caller, "role.revoked", SubjectOf(actor), new { Actor = actor }), cancellationToken).ConfigureAwait(false);
    }

    private async Task<FactReceipt?> ProofAsync(FactId? fact, CancellationToken cancellationToken) =>
        fact is { } id ? await journal.SequencedAsync(id, cancellationToken).ConfigureAwait(false) : null;

    private static Subject SubjectOf(ActorId actor) => new("actor", Id.Text(actor));

    private static Problem NotFound(string actor) => Problem.NotFound("actor-not-found", $"There is no actor {actor}.", "Create it first: POST .../actors.");
}

/// <param name="Proof">Of the role's fact; null where no role was given.</param>
internal sealed record MadeActor(ActorId Id, string Name, ActorKind Kind, Role? Role, FactReceipt? Proof);

/// <param name="Role">Null: none any more.</param>
/// <param name="Proof">Null where nothing had to change.</param>
internal sealed record ChangedRole(ActorId Actor, Role? Role, FactReceipt? Proof);
