using Npgsql;
using Takt.Kernel;
using Takt.Records;

namespace Takt.Tracking;

/// <summary>A data set as the runs of an experiment name it.</summary>
internal sealed record InputSummary(long Experiment, string Name, string Digest, string? Context);

internal sealed class RunLinkStore(ITaktDatabase database, TimeProvider time)
{
    /// <summary>Of many runs at once; a run without links is not in it.</summary>
    public async Task<Dictionary<RunId, RunLinks>> ReadAsync(IReadOnlyList<RunId> runs, CancellationToken cancellationToken)
    {
        var found = new Dictionary<RunId, RunLinks>();
        if (runs.Count == 0) return found;
        RunLinks Of(RunId run) => found.TryGetValue(run, out var links) ? links : found[run] = new RunLinks([], []);
        var ids = runs.Select(r => r.Value).ToArray();
        await using var batch = database.App.CreateBatch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand("""
            SELECT ri.run, i.name, i.digest, i.source_type, i.source, i.schema, i.profile, ri.tag_keys, ri.tag_values
            FROM tracking.run_inputs ri JOIN tracking.inputs i ON i.id = ri.input WHERE ri.run = ANY($1) ORDER BY ri.run, i.id
            """) { Parameters = { new NpgsqlParameter<Guid[]> { TypedValue = ids } } });
        batch.BatchCommands.Add(new NpgsqlBatchCommand("SELECT run, model, output, step FROM tracking.run_models WHERE run = ANY($1) ORDER BY run, step, model") { Parameters = { new NpgsqlParameter<Guid[]> { TypedValue = ids } } });
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            Of(reader.GetId<RunId>(0)).Inputs.Add(new RunInput(reader.GetString(1), reader.GetString(2), reader.GetString(3), reader.GetString(4), reader.GetTextOrNull(5), reader.GetTextOrNull(6),
                [.. reader.GetFieldValue<string[]>(7).Zip(reader.GetFieldValue<string[]>(8), (key, value) => new KeyValuePair<string, string>(key, value))]));
        await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false)) Of(reader.GetId<RunId>(0)).Models.Add(new RunModel(reader.GetString(1), reader.GetBoolean(2), reader.GetInt64(3)));
        return found;
    }

    /// <summary>Adds links; those that are there already stay. The run must be active, and its row is given.</summary>
    public Task AddAsync(RunRow run, IReadOnlyList<RunInput> inputs, IReadOnlyList<RunModel> models, CancellationToken cancellationToken) =>
        database.InTransactionAsync(async (transaction, token) =>
        {
            foreach (var input in inputs)
            {
                await transaction.Command("""
                    INSERT INTO tracking.inputs (id, project, experiment, name, digest, source_type, source, schema, profile) VALUES ($1, $2, $3, $4, $5, $6, $7, $8::text, $9::text)
                    ON CONFLICT (experiment, name, digest) DO NOTHING
                    """, Guid.CreateVersion7(time.GetUtcNow()), run.Project, run.Experiment, input.Name, input.Digest, input.SourceType, input.Source, input.Schema, input.Profile).RunAsync(token).ConfigureAwait(false);
                await transaction.Command("""
                    INSERT INTO tracking.run_inputs (project, run, input, tag_keys, tag_values, context)
                    SELECT $1, $2, i.id, $6, $7, $8::text FROM tracking.inputs i WHERE i.experiment = $3 AND i.name = $4 AND i.digest = $5
                    ON CONFLICT (run, input) DO NOTHING
                    """, run.Project, run.Id, run.Experiment, input.Name, input.Digest, input.Tags.Select(t => t.Key).ToArray(), input.Tags.Select(t => t.Value).ToArray(),
                    input.Tags.Where(t => t.Key == "mlflow.data.context").Select(t => t.Value).FirstOrDefault()).RunAsync(token).ConfigureAwait(false);
            }
            foreach (var model in models)
                await transaction.Command("INSERT INTO tracking.run_models (project, run, model, output, step) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
                    run.Project, run.Id, model.Model, model.Output, model.Step).RunAsync(token).ConfigureAwait(false);
        }, cancellationToken);

    public Task<List<InputSummary>> SummariesAsync(ProjectId project, IReadOnlyList<long> experiments, int limit, CancellationToken cancellationToken) =>
        database.App.Command("""
            SELECT DISTINCT i.experiment, i.name, i.digest, ri.context FROM tracking.inputs i JOIN tracking.run_inputs ri ON ri.input = i.id
            WHERE i.project = $1 AND i.experiment = ANY($2) ORDER BY i.experiment, i.name, i.digest, ri.context LIMIT $3
            """, project, experiments.ToArray(), limit).ListAsync(r => new InputSummary(r.GetInt64(0), r.GetString(1), r.GetString(2), r.GetTextOrNull(3)), cancellationToken);
}
