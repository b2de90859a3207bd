using Takt.Journal;
using Takt.Kernel;
using Takt.Quality;
using Takt.Records;

namespace Takt.Registry;

/// <summary>Points an alias at a version. What deployments follow (<c>champion</c>) is protected. Answered once the fact is in the tree.</summary>
internal sealed class MoveAlias(ITaktDatabase database, VersionStore versions, IGate gate, IJournal journal)
{
    /// <summary>The alias that deployments follow.</summary>
    public const string Champion = "champion";

    public static bool IsProtected(string alias) => alias == Champion;

    public async Task<Outcome<ModelVersion>> RunAsync(Caller caller, string model, string alias, int number, string reason, CancellationToken cancellationToken)
    {
        if (await versions.FindAsync(caller.Project, model, number, cancellationToken).ConfigureAwait(false) is null) return RegistryProblems.NoVersion(model, number);
        if (await PointAsync(caller, model, alias, number, reason, cancellationToken).ConfigureAwait(false) is { } problem) return problem;
        return (await versions.FindAsync(caller.Project, model, number, cancellationToken).ConfigureAwait(false))!;
    }

    /// <summary>The same for any version, also one that is only recorded; null where it was done.</summary>
    public async Task<Problem?> PointAsync(Caller caller, string model, string alias, int number, string reason, CancellationToken cancellationToken)
    {
        if (ModelName.AliasRefusal(alias) is { } badAlias) return badAlias;
        if (IsProtected(alias) && await RefusalAsync(caller, model, number, alias, cancellationToken).ConfigureAwait(false) is { } refused) return refused;
        var (found, fact) = await database.InTransactionAsync<(bool, FactId?)>(async (transaction, token) =>
        {
            // The version's row is locked with the model's: neither goes while the alias comes.
            var id = await transaction.Command("SELECT m.id FROM registry.models m JOIN registry.versions v ON v.model = m.id WHERE m.project = $1 AND m.name = $2 AND v.number = $3 FOR UPDATE",
                caller.Project, model, number).ScalarAsync<Guid?>(token).ConfigureAwait(false);
            if (id is null) return (false, null);
            var before = await transaction.Command("SELECT number FROM registry.aliases WHERE model = $1 AND alias = $2", id, alias).ScalarAsync<int?>(token).ConfigureAwait(false);
            if (before == number) return (true, null);
            await transaction.Command("INSERT INTO registry.aliases (project, model, alias, number) VALUES ($1, $2, $3, $4) ON CONFLICT (model, alias) DO UPDATE SET number = excluded.number",
                caller.Project, id, alias, number).RunAsync(token).ConfigureAwait(false);
            return (true, await journal.AppendAsync(transaction, Fact.Of(caller, "model.alias.moved", Subject.ModelVersion(model, number),
                new { model, alias, from = before, to = number, reason },
                new LineageEdge(Subject.ModelVersion(model, number), new Subject("alias", $"{model}@{alias}"), "named")), token).ConfigureAwait(false));
        }, cancellationToken).ConfigureAwait(false);
        if (!found) return RegistryProblems.NoVersion(model, number);
        if (fact is { } waited) await journal.SequencedAsync(waited, cancellationToken).ConfigureAwait(false);
        return null;
    }

    /// <summary>Null where the caller may touch what deployments follow.</summary>
    public static Problem? RoleRefusal(Caller caller, string alias) =>
        // ModelsPromote begins with the role approver, and each role holds all of the one before it. Takt itself (a rollout) acts as admin.
        caller.Role >= Role.Approver
            ? null
            : new Problem("alias-protected", 403, $"Deployments follow the alias '{alias}': touching it needs the permission ModelsPromote.", "Deploy the version: its rollout moves the alias; or ask an approver.");

    private async Task<Problem?> RefusalAsync(Caller caller, string model, int number, string alias, CancellationToken cancellationToken)
    {
        if (RoleRefusal(caller, alias) is { } refused) return refused;
        var version = await versions.FindAsync(caller.Project, model, number, cancellationToken).ConfigureAwait(false);
        var verdict = version?.Provenance.Verdict is { } id ? await gate.FindAsync(caller.Project, id, cancellationToken).ConfigureAwait(false) : null;
        return verdict is { LetsThrough: true } && verdict.Model == version!.Digest
            ? null
            : Problem.Unprocessable("gate-refused", $"No verdict lets {model}/{number} through, so '{alias}' cannot point at it.", "Let a gate judge its file and register it again.");
    }
}
