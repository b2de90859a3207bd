using Npgsql;
using Takt.Journal;
using Takt.Kernel;
using Takt.Records;

namespace Takt.Tracking;

internal sealed class LoggedModelStore(ITaktDatabase database, IJournal journal, TimeProvider time)
{
    internal const string Columns = "l.id, l.experiment, l.name, l.model_type, l.source_run, l.status, l.created_at, l.updated_at";

    /// <summary>False where the project has no such experiment, or a deleted one.</summary>
    public Task<bool> CreateAsync(Caller caller, LoggedModel model, CancellationToken cancellationToken) =>
        database.InTransactionAsync(async (transaction, token) =>
        {
            var made = await transaction.Command("""
                INSERT INTO tracking.logged_models (id, project, experiment, name, model_type, source_run, status, created_at, updated_at)
                SELECT $1, e.project, e.id, $4, $5, $6, $7, $8, $8 FROM tracking.experiments e WHERE e.id = $3 AND e.project = $2 AND NOT e.deleted
                """, model.Id, caller.Project, model.Experiment, model.Name, model.ModelType, model.SourceRun, model.Status, model.CreatedAt).RunAsync(token).ConfigureAwait(false);
            if (made == 0) return false;
            await AddPairsAsync(transaction, caller.Project, "logged_model_params", model.Id, model.Params, token).ConfigureAwait(false);
            await AddPairsAsync(transaction, caller.Project, "logged_model_tags", model.Id, model.Tags, token).ConfigureAwait(false);
            await journal.AppendAsync(transaction, Fact.Of(caller, "logged-model.created", Subject(model.Id), new { model = model.Id, name = model.Name, run = model.SourceRun },
                Id.TryParse<RunId>(model.SourceRun, out _) ? [new LineageEdge(Journal.Subject.Run(model.SourceRun), Subject(model.Id), "logged-by")] : []), token).ConfigureAwait(false);
            return true;
        }, cancellationToken);

    /// <summary>Moves the status, adds tags and params, or deletes; each only where given. False where there is no such model.</summary>
    public Task<bool> EditAsync(Caller caller, string id, LoggedModelEdit edit, CancellationToken cancellationToken) =>
        database.InTransactionAsync(async (transaction, token) =>
        {
            var found = await transaction.Command("UPDATE tracking.logged_models SET updated_at = $3, status = coalesce($4::text, status), deleted = $5 WHERE id = $1 AND project = $2 AND NOT deleted",
                id, caller.Project, time.GetUtcNow().ToUnixTimeMilliseconds(), edit.Status, edit.Delete).RunAsync(token).ConfigureAwait(false);
            if (found == 0) return false;
            await AddPairsAsync(transaction, caller.Project, "logged_model_params", id, edit.Params, token).ConfigureAwait(false);
            await AddPairsAsync(transaction, caller.Project, "logged_model_tags", id, edit.Tags, token).ConfigureAwait(false);
            if (edit.Status is not null || edit.Delete)
                await journal.AppendAsync(transaction, Fact.Of(caller, edit.Delete ? "logged-model.deleted" : "logged-model.finalized", Subject(id), new { model = id, status = edit.Status }), token).ConfigureAwait(false);
            return true;
        }, cancellationToken);

    /// <summary>False where the model has no such tag.</summary>
    public async Task<bool> DeleteTagAsync(ProjectId project, string id, string key, CancellationToken cancellationToken) =>
        await database.App.Command("DELETE FROM tracking.logged_model_tags WHERE model = $1 AND key = $2 AND project = $3", id, key, project).RunAsync(cancellationToken).ConfigureAwait(false) > 0;

    /// <summary>Metrics that a run measured of models; those of models that the project does not have are passed over.</summary>
    public async Task AddMetricsAsync(ProjectId project, IReadOnlyList<(string Model, LoggedMetric Metric)> metrics, CancellationToken cancellationToken)
    {
        if (metrics.Count == 0) return;
        await database.App.Command("""
            INSERT INTO tracking.logged_model_metrics (project, model, key, time, step, run, value, dataset_name, dataset_digest)
            SELECT $1, m.model, m.key, m.time, m.step, m.run, m.value, m.name, m.digest
            FROM unnest($2, $3, $4, $5, $6, $7, $8, $9) AS m(model, key, time, step, run, value, name, digest)
            JOIN tracking.logged_models l ON l.id = m.model AND l.project = $1
            ON CONFLICT DO NOTHING
            """, project, metrics.Select(m => m.Model).ToArray(), metrics.Select(m => m.Metric.Key).ToArray(), metrics.Select(m => m.Metric.Time).ToArray(), metrics.Select(m => m.Metric.Step).ToArray(),
            metrics.Select(m => m.Metric.Run.Value).ToArray(), metrics.Select(m => m.Metric.Value).ToArray(), metrics.Select(m => m.Metric.DatasetName).ToArray(), metrics.Select(m => m.Metric.DatasetDigest).ToArray())
            .RunAsync(cancellationToken).ConfigureAwait(false);
    }

    public async Task<LoggedModel?> FindAsync(ProjectId project, string id, CancellationToken cancellationToken)
    {
        var found = await database.App.Command($"SELECT {Columns} FROM tracking.logged_models l WHERE l.id = $1 AND l.project = $2 AND NOT l.deleted", id, project).ListAsync(ReadRow, cancellationToken).ConfigureAwait(false);
        return (await FillAsync(found, cancellationToken).ConfigureAwait(false)).FirstOrDefault();
    }

    /// <summary>Reads params, tags and metrics of many models at once.</summary>
    public async Task<List<LoggedModel>> FillAsync(List<LoggedModel> models, CancellationToken cancellationToken)
    {
        if (models.Count == 0) return models;
        var ids = models.Select(m => m.Id).ToArray();
        await using var batch = database.App.CreateBatch();
        foreach (var sql in (string[])["SELECT model, key, value FROM tracking.logged_model_params WHERE model = ANY($1) ORDER BY model, key", "SELECT model, key, value FROM tracking.logged_model_tags WHERE model = ANY($1) ORDER BY model, key",
            "SELECT model, key, value, time, step, run, dataset_name, dataset_digest FROM tracking.logged_model_metrics WHERE model = ANY($1) ORDER BY model, key, time, step"])
            batch.BatchCommands.Add(new NpgsqlBatchCommand(sql) { Parameters = { new NpgsqlParameter<string[]> { TypedValue = ids } } });
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        var parameters = await PairsAsync(reader, cancellationToken).ConfigureAwait(false);
        await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
        var tags = await PairsAsync(reader, cancellationToken).ConfigureAwait(false);
        await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
        var metrics = new List<(string Model, LoggedMetric Metric)>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            metrics.Add((reader.GetString(0), new LoggedMetric(reader.GetString(1), reader.GetDouble(2), reader.GetInt64(3), reader.GetInt64(4), reader.GetId<RunId>(5), reader.GetString(6), reader.GetString(7))));
        var byModel = metrics.ToLookup(m => m.Model, m => m.Metric);
        return [.. models.Select(m => m with { Params = [.. parameters[m.Id]], Tags = [.. tags[m.Id]], Metrics = [.. byModel[m.Id]] })];
    }

    internal static LoggedModel ReadRow(NpgsqlDataReader row) => new(row.GetString(0), row.GetInt64(1), row.GetString(2), row.GetString(3), row.GetString(4), row.GetString(5), row.GetInt64(6), row.GetInt64(7), [], [], []);

    private static Subject Subject(string id) => new("logged-model", id);

    private static async Task<ILookup<string, KeyValuePair<string, string>>> PairsAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        var pairs = new List<(string Model, KeyValuePair<string, string> Pair)>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false)) pairs.Add((reader.GetString(0), new(reader.GetString(1), reader.GetString(2))));
        return pairs.ToLookup(p => p.Model, p => p.Pair);
    }

    private static async Task AddPairsAsync(NpgsqlTransaction transaction, ProjectId project, string table, string id, IReadOnlyList<KeyValuePair<string, string>> pairs, CancellationToken cancellationToken)
    {
        if (pairs.Count == 0) return;
        await transaction.Command($"""
            INSERT INTO tracking.{table} (project, model, key, value) SELECT $1, $2, p.key, p.value FROM unnest($3, $4) AS p(key, value) ORDER BY p.key
            ON CONFLICT (model, key) DO UPDATE SET value = excluded.value
            """, project, id, pairs.Select(p => p.Key).ToArray(), pairs.Select(p => p.Value).ToArray()).RunAsync(cancellationToken).ConfigureAwait(false);
    }
}

/// <summary>What an edit changes.</summary>
/// <param name="Status">Null: stays.</param>
internal sealed record LoggedModelEdit(string? Status, IReadOnlyList<KeyValuePair<string, string>> Params, IReadOnlyList<KeyValuePair<string, string>> Tags, bool Delete)
{
    public static readonly LoggedModelEdit None = new(null, [], [], false);
}
