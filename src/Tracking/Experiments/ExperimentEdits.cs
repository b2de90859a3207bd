using Npgsql;
using Takt.Journal;
using Takt.Kernel;
using Takt.Records;

namespace Takt.Tracking;

/// <summary>What became of an edit.</summary>
internal enum ExperimentEdit { Done, NotFound, Deleted, NameTaken }

/// <summary>Renames, deletes and restores experiments, each with its fact. Runs go and come back with their experiment.</summary>
internal sealed class ExperimentEdits(ITaktDatabase database, IJournal journal, TimeProvider time)
{
    public async Task<ExperimentEdit> RenameAsync(Caller caller, long id, string name, CancellationToken cancellationToken)
    {
        try
        {
            return await EditAsync(caller, id, async (transaction, deleted, token) =>
            {
                if (deleted) return ExperimentEdit.Deleted;
                await transaction.Command("UPDATE tracking.experiments SET name = $2, updated_at = $3 WHERE id = $1", id, name, Now).RunAsync(token).ConfigureAwait(false);
                await TellAsync(transaction, caller, id, "experiment.renamed", new { id, name }, token).ConfigureAwait(false);
                return ExperimentEdit.Done;
            }, cancellationToken).ConfigureAwait(false);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            return ExperimentEdit.NameTaken;
        }
    }

    public Task<ExperimentEdit> DeleteAsync(Caller caller, long id, CancellationToken cancellationToken) =>
        EditAsync(caller, id, async (transaction, deleted, token) =>
        {
            if (deleted) return ExperimentEdit.NotFound;
            await transaction.Command("UPDATE tracking.experiments SET deleted = true, updated_at = $2 WHERE id = $1", id, Now).RunAsync(token).ConfigureAwait(false);
            await transaction.Command("UPDATE tracking.runs SET deleted = true, deleted_at = $2 WHERE experiment = $1 AND NOT deleted", id, Now).RunAsync(token).ConfigureAwait(false);
            await TellAsync(transaction, caller, id, "experiment.deleted", new { id }, token).ConfigureAwait(false);
            return ExperimentEdit.Done;
        }, cancellationToken);

    public Task<ExperimentEdit> RestoreAsync(Caller caller, long id, CancellationToken cancellationToken) =>
        EditAsync(caller, id, async (transaction, deleted, token) =>
        {
            if (!deleted) return ExperimentEdit.NotFound;
            await transaction.Command("UPDATE tracking.experiments SET deleted = false, updated_at = $2 WHERE id = $1", id, Now).RunAsync(token).ConfigureAwait(false);
            await transaction.Command("UPDATE tracking.runs SET deleted = false, deleted_at = NULL WHERE experiment = $1 AND deleted", id).RunAsync(token).ConfigureAwait(false);
            await TellAsync(transaction, caller, id, "experiment.restored", new { id }, token).ConfigureAwait(false);
            return ExperimentEdit.Done;
        }, cancellationToken);

    public Task<ExperimentEdit> SetTagAsync(Caller caller, long id, string key, string value, CancellationToken cancellationToken) =>
        EditAsync(caller, id, async (transaction, deleted, token) =>
        {
            if (deleted) return ExperimentEdit.Deleted;
            await transaction.Command("INSERT INTO tracking.experiment_tags (project, experiment, key, value) VALUES ($1, $2, $3, $4) ON CONFLICT (experiment, key) DO UPDATE SET value = excluded.value",
                caller.Project, id, key, value).RunAsync(token).ConfigureAwait(false);
            await transaction.Command("UPDATE tracking.experiments SET updated_at = $2 WHERE id = $1", id, Now).RunAsync(token).ConfigureAwait(false);
            return ExperimentEdit.Done;
        }, cancellationToken);

    /// <summary>Null where there is no such experiment; false where it has no such tag.</summary>
    public async Task<bool?> DeleteTagAsync(Caller caller, long id, string key, CancellationToken cancellationToken)
    {
        var gone = 0;
        var edit = await EditAsync(caller, id, async (transaction, deleted, token) =>
        {
            if (deleted) return ExperimentEdit.Deleted;
            gone = await transaction.Command("DELETE FROM tracking.experiment_tags WHERE experiment = $1 AND key = $2", id, key).RunAsync(token).ConfigureAwait(false);
            return ExperimentEdit.Done;
        }, cancellationToken).ConfigureAwait(false);
        return edit is ExperimentEdit.Done ? gone > 0 : null;
    }

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    private Task<ExperimentEdit> EditAsync(Caller caller, long id, Func<NpgsqlTransaction, bool, CancellationToken, Task<ExperimentEdit>> edit, CancellationToken cancellationToken) =>
        database.InTransactionAsync(async (transaction, token) =>
        {
            var deleted = await transaction.Command("SELECT deleted FROM tracking.experiments WHERE id = $1 AND project = $2 FOR UPDATE", id, caller.Project).ScalarAsync<bool?>(token).ConfigureAwait(false);
            return deleted is { } now ? await edit(transaction, now, token).ConfigureAwait(false) : ExperimentEdit.NotFound;
        }, cancellationToken);

    private Task<FactId> TellAsync<T>(NpgsqlTransaction transaction, Caller caller, long id, string kind, T payload, CancellationToken cancellationToken) =>
        journal.AppendAsync(transaction, Fact.Of(caller, kind, Experiment.Subject(id), payload), cancellationToken);
}
