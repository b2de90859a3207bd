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
        if (ModelName.AliasRefusal(alias) is { } badAlias) return badAlias;
        if (await versions.FindAsync(caller.Project, model, number, cancellationToken).ConfigureAwait(false) is not { } version) return RegistryProblems.NoVersion(model, number);
        if (IsProtected(alias) && await RefusalAsync(caller, version, alias, cancellationToken).ConfigureAwait(false) is { } refused) return refused;
        var fact = await database.InTransactionAsync<FactId?>(async (transaction, token) =>
        {
            var id = await transaction.Command("SELECT id FROM registry.models WHERE project = $1 AND name = $2 FOR UPDATE", caller.Project, model).ScalarAsync<Guid>(token).ConfigureAwait(false);
            var before = await transaction.Command("SELECT number FROM registry.aliases WHERE model = $1 AND alias = $2", id, alias).ScalarAsync<int?>(token).ConfigureAwait(false);
            if (before == number) return null;
            await transaction.Command("INSERT INTO registry.aliases (project, model, alias, number) VALUES ($1, $2, $3, $4) ON CONFLICT (model, alias) DO UPDATE SET number = excluded.number",
                caller.Project, id, alias, number).RunAsync(token).ConfigureAwait(false);
            return await journal.AppendAsync(transaction, Fact.Of(caller, "model.alias.moved", Subject.ModelVersion(model, number),
                new { model, alias, from = before, to = number, reason },
                new LineageEdge(Subject.ModelVersion(model, number), new Subject("alias", $"{model}@{alias}"), "named")), token).ConfigureAwait(false);
        }, cancellationToken).ConfigureAwait(false);
        if (fact is { } waited) await journal.SequencedAsync(waited, cancellationToken).ConfigureAwait(false);
        return (await versions.FindAsync(caller.Project, model, number, cancellationToken).ConfigureAwait(false))!;
    }

    private async Task<Problem?> RefusalAsync(Caller caller, ModelVersion version, string alias, CancellationToken cancellationToken)
    {
        // ModelsPromote begins with the role approver, and each role holds all of the one before it. Takt itself (a rollout) acts as admin.
        if (caller.Role < Role.Approver)
            return new Problem("alias-protected", 403, $"Deployments follow the alias '{alias}': moving it needs the permission ModelsPromote.", "Deploy the version: its rollout moves the alias; or ask an approver.");
        var verdict = version.Provenance.Verdict is { } id ? await gate.FindAsync(caller.Project, id, cancellationToken).ConfigureAwait(false) : null;
        return verdict is { LetsThrough: true } && verdict.Model == version.Digest
            ? null
            : Problem.Unprocessable("gate-refused", $"No verdict lets {version} through, so '{alias}' cannot point at it.", "Let a gate judge its file and register it again.");
    }
}
