using Npgsql;
using Takt.Journal;
using Takt.Kernel;
using Takt.Records;
using Takt.Tracking;
using Takt.Tracking.MLflow;

namespace Takt.Registry.MLflow;

/// <summary>Writes what MLflow's clients do to models and versions; each change is a fact. What deployments follow is protected here as anywhere.</summary>
internal sealed class ModelEdits(ITaktDatabase database, IJournal journal, TimeProvider time)
{
    /// <summary>False where the name is taken.</summary>
    public Task<bool> CreateAsync(Caller caller, string name, string description, IReadOnlyDictionary<string, string> tags, CancellationToken cancellationToken) =>
        database.InTransactionAsync(async (transaction, token) =>
        {
            var id = Guid.CreateVersion7(time.GetUtcNow());
            var made = await transaction.Command("INSERT INTO registry.models (id, project, name, description, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $5) ON CONFLICT DO NOTHING",
                id, caller.Project, name, description, Now).RunAsync(token).ConfigureAwait(false);
            if (made == 0) return false;
            foreach (var (key, value) in tags)
                await transaction.Command("INSERT INTO registry.model_tags (project, model, key, value) VALUES ($1, $2, $3, $4)", caller.Project, id, key, value).RunAsync(token).ConfigureAwait(false);
            await TellAsync(transaction, caller, "model.created", Subject(name), new { model = name }, token).ConfigureAwait(false);
            return true;
        }, cancellationToken);

    public async Task RenameAsync(Caller caller, string name, string newName, CancellationToken cancellationToken)
    {
        try
        {
            await EditAsync(caller, name, async (transaction, id, token) =>
            {
                await CheckProtectedAsync(transaction, caller, id, null, token).ConfigureAwait(false);
                await transaction.Command("UPDATE registry.models SET name = $2, updated_at = $3 WHERE id = $1", id, newName, Now).RunAsync(token).ConfigureAwait(false);
                await transaction.Command("UPDATE registry.versions SET updated_at = $2 WHERE model = $1", id, Now).RunAsync(token).ConfigureAwait(false);
                await TellAsync(transaction, caller, "model.renamed", Subject(name), new { from = name, to = newName }, token).ConfigureAwait(false);
            }, cancellationToken).ConfigureAwait(false);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            throw MLflowException.Exists($"Registered Model (name={newName}) already exists.");
        }
    }

    public Task DescribeAsync(Caller caller, string name, string description, CancellationToken cancellationToken) =>
        EditAsync(caller, name, async (transaction, id, token) =>
        {
            await transaction.Command("UPDATE registry.models SET description = $2, updated_at = $3 WHERE id = $1", id, description, Now).RunAsync(token).ConfigureAwait(false);
            await TellAsync(transaction, caller, "model.described", Subject(name), new { model = name }, token).ConfigureAwait(false);
        }, cancellationToken);

    public Task DeleteAsync(Caller caller, string name, CancellationToken cancellationToken) =>
        EditAsync(caller, name, async (transaction, id, token) =>
        {
            await CheckProtectedAsync(transaction, caller, id, null, token).ConfigureAwait(false);
            await transaction.Command("DELETE FROM registry.models WHERE id = $1", id).RunAsync(token).ConfigureAwait(false);
            await TellAsync(transaction, caller, "model.deleted", Subject(name), new { model = name }, token).ConfigureAwait(false);
        }, cancellationToken);

    /// <param name="value">Null: the tag goes.</param>
    public Task TagAsync(Caller caller, string name, string key, string? value, CancellationToken cancellationToken) =>
        EditAsync(caller, name, async (transaction, id, token) =>
        {
            await (value is null
                ? transaction.Command("DELETE FROM registry.model_tags WHERE model = $1 AND key = $2", id, key)
                : transaction.Command("INSERT INTO registry.model_tags (project, model, key, value) VALUES ($1, $2, $3, $4) ON CONFLICT (model, key) DO UPDATE SET value = excluded.value", caller.Project, id, key, value))
                .RunAsync(token).ConfigureAwait(false);
            await transaction.Command("UPDATE registry.models SET updated_at = $2 WHERE id = $1", id, Now).RunAsync(token).ConfigureAwait(false);
            await TellAsync(transaction, caller, value is null ? "model.untagged" : "model.tagged", Subject(name), new { model = name, key }, token).ConfigureAwait(false);
        }, cancellationToken);

    /// <summary>Records a version that a client tells of. It has no ONNX file and no verdict: it is never served, and <c>champion</c> never points at it.</summary>
    public async Task<int> AddVersionAsync(Caller caller, string name, RecordedVersion version, CancellationToken cancellationToken)
    {
        var number = 0;
        await EditAsync(caller, name, async (transaction, id, token) =>
        {
            var own = Id.TryParse<RunId>(version.Run, out var run);
            number = await transaction.Command("UPDATE registry.models SET last_number = last_number + 1, updated_at = $2 WHERE id = $1 RETURNING last_number", id, Now).ScalarAsync<int>(token).ConfigureAwait(false);
            await transaction.Command("""
                INSERT INTO registry.versions (project, model, number, run, foreign_run, source, run_link, logged_model, description, created_at, updated_at)
                VALUES ($1, $2, $3, $4::uuid, $5, $6, $7, $8, $9, $10, $10)
                """, caller.Project, id, number, own ? run.Value : null, own ? "" : version.Run, version.Source, version.RunLink, version.LoggedModel, version.Description, Now).RunAsync(token).ConfigureAwait(false);
            foreach (var (key, value) in version.Tags)
                await transaction.Command("INSERT INTO registry.version_tags (project, model, number, key, value) VALUES ($1, $2, $3, $4, $5)", caller.Project, id, number, key, value).RunAsync(token).ConfigureAwait(false);
            await journal.AppendAsync(transaction, Fact.Of(caller, "model.version.recorded", Journal.Subject.ModelVersion(name, number), new { model = name, number, source = version.Source, run = version.Run },
                own ? [new LineageEdge(Journal.Subject.Run(version.Run), Journal.Subject.ModelVersion(name, number), "built-from")] : []), token).ConfigureAwait(false);
        }, cancellationToken).ConfigureAwait(false);
        return number;
    }

    public Task DescribeVersionAsync(Caller caller, string name, int number, string description, CancellationToken cancellationToken) =>
        EditVersionAsync(caller, name, number, "model.version.described", new { model = name, number },
            (transaction, id, token) => transaction.Command("UPDATE registry.versions SET description = $3 WHERE model = $1 AND number = $2", id, number, description).RunAsync(token), cancellationToken);

    /// <param name="archive">Others in that stage go to the archive.</param>
    public Task MoveStageAsync(Caller caller, string name, int number, string stage, bool archive, CancellationToken cancellationToken) =>
        EditVersionAsync(caller, name, number, "model.version.staged", new { model = name, number, stage }, async (transaction, id, token) =>
        {
            if (archive)
                await transaction.Command("UPDATE registry.versions SET stage = 'Archived', updated_at = $4 WHERE model = $1 AND stage = $2 AND number <> $3", id, stage, number, Now).RunAsync(token).ConfigureAwait(false);
            await transaction.Command("UPDATE registry.versions SET stage = $3 WHERE model = $1 AND number = $2", id, number, stage).RunAsync(token).ConfigureAwait(false);
        }, cancellationToken);

    /// <param name="value">Null: the tag goes.</param>
    public Task TagVersionAsync(Caller caller, string name, int number, string key, string? value, CancellationToken cancellationToken) =>
        EditVersionAsync(caller, name, number, value is null ? "model.version.untagged" : "model.version.tagged", new { model = name, number, key }, (transaction, id, token) => (value is null
            ? transaction.Command("DELETE FROM registry.version_tags WHERE model = $1 AND number = $2 AND key = $3", id, number, key)
            : transaction.Command("INSERT INTO registry.version_tags (project, model, number, key, value) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (model, number, key) DO UPDATE SET value = excluded.value",
                caller.Project, id, number, key, value)).RunAsync(token), cancellationToken);

    public Task DeleteVersionAsync(Caller caller, string name, int number, CancellationToken cancellationToken) =>
        EditVersionAsync(caller, name, number, "model.version.deleted", new { model = name, number }, async (transaction, id, token) =>
        {
            await CheckProtectedAsync(transaction, caller, id, number, token).ConfigureAwait(false);
            await transaction.Command("DELETE FROM registry.versions WHERE model = $1 AND number = $2", id, number).RunAsync(token).ConfigureAwait(false);
        }, cancellationToken);

    public Task RemoveAliasAsync(Caller caller, string name, string alias, CancellationToken cancellationToken) =>
        EditAsync(caller, name, async (transaction, id, token) =>
        {
            if (MoveAlias.IsProtected(alias) && MoveAlias.RoleRefusal(caller, alias) is { } refused) throw new RefusedException(refused);
            if (await transaction.Command("DELETE FROM registry.aliases WHERE model = $1 AND alias = $2", id, alias).RunAsync(token).ConfigureAwait(false) > 0)
                await TellAsync(transaction, caller, "model.alias.removed", Subject(name), new { model = name, alias }, token).ConfigureAwait(false);
        }, cancellationToken);

    private DateTimeOffset Now => time.GetUtcMicroseconds();

    private static Subject Subject(string name) => new("model", name);

    /// <summary>Deployments follow <c>champion</c>: its model and its version do not go or change their name without somebody who may promote.</summary>
    /// <param name="number">Null: the whole model.</param>
    private static async Task CheckProtectedAsync(NpgsqlTransaction transaction, Caller caller, Guid model, int? number, CancellationToken cancellationToken)
    {
        if (MoveAlias.RoleRefusal(caller, MoveAlias.Champion) is not { } refused) return;
        if (await transaction.Command("SELECT 1 FROM registry.aliases WHERE model = $1 AND alias = $2 AND ($3::int IS NULL OR number = $3)", model, MoveAlias.Champion, number)
            .ScalarAsync<int?>(cancellationToken).ConfigureAwait(false) is not null) throw new RefusedException(refused);
    }

    private Task EditVersionAsync<T>(Caller caller, string name, int number, string kind, T payload, Func<NpgsqlTransaction, Guid, CancellationToken, Task> edit, CancellationToken cancellationToken) =>
        EditAsync(caller, name, async (transaction, id, token) =>
        {
            var found = await transaction.Command("UPDATE registry.versions SET updated_at = $3 WHERE model = $1 AND number = $2", id, number, Now).RunAsync(token).ConfigureAwait(false);
            if (found == 0) throw RegistryWords.NoVersion(name, number.ToString(System.Globalization.CultureInfo.InvariantCulture));
            await edit(transaction, id, token).ConfigureAwait(false);
            await transaction.Command("UPDATE registry.models SET updated_at = $2 WHERE id = $1", id, Now).RunAsync(token).ConfigureAwait(false);
            await TellAsync(transaction, caller, kind, Journal.Subject.ModelVersion(name, number), payload, token).ConfigureAwait(false);
        }, cancellationToken);

    private Task EditAsync(Caller caller, string name, Func<NpgsqlTransaction, Guid, CancellationToken, Task> edit, CancellationToken cancellationToken) =>
        database.InTransactionAsync(async (transaction, token) =>
        {
            var id = await transaction.Command("SELECT id FROM registry.models WHERE project = $1 AND name = $2 FOR UPDATE", caller.Project, name).ScalarAsync<Guid?>(token).ConfigureAwait(false)
                ?? throw RegistryWords.NoModel(name);
            await edit(transaction, id, token).ConfigureAwait(false);
        }, cancellationToken);

    private Task<FactId> TellAsync<T>(NpgsqlTransaction transaction, Caller caller, string kind, Subject subject, T payload, CancellationToken cancellationToken) =>
        journal.AppendAsync(transaction, Fact.Of(caller, kind, subject, payload), cancellationToken);
}
