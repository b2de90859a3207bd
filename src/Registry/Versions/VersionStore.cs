using Npgsql;
using NpgsqlTypes;
using Takt.Journal;
using Takt.Kernel;
using Takt.Quality;
using Takt.Records;
using Takt.Tracking;

namespace Takt.Registry;

internal sealed class VersionStore(ITaktDatabase database, ModelStore models, IJournal journal, TimeProvider time)
{
    // Only versions with an ONNX file are Takt's to hand out; what MLflow's clients merely recorded is read by MLflow's API.
    private const string Select = """
        SELECT m.name, v.number, v.digest, v.run, v.pipeline_run, v.verdict, v.recipe, v.reference, v.signature, v.created_at,
            ARRAY(SELECT a.alias FROM registry.aliases a WHERE a.model = v.model AND a.number = v.number ORDER BY a.alias),
            ARRAY(SELECT d.name FROM registry.version_datasets d WHERE d.model = v.model AND d.number = v.number ORDER BY d.name, d.dataset_number),
            ARRAY(SELECT d.dataset_number FROM registry.version_datasets d WHERE d.model = v.model AND d.number = v.number ORDER BY d.name, d.dataset_number),
            ARRAY(SELECT d.digest FROM registry.version_datasets d WHERE d.model = v.model AND d.number = v.number ORDER BY d.name, d.dataset_number)
        FROM registry.versions v JOIN registry.models m ON m.id = v.model
        """;

    public Task<ModelVersion?> FindAsync(ProjectId project, string model, int number, CancellationToken cancellationToken) =>
        database.App.Command($"{Select} WHERE m.project = $1 AND m.name = $2 AND v.number = $3 AND v.digest IS NOT NULL", project, model, number).FirstAsync(Read, cancellationToken);

    public Task<ModelVersion?> FindByAliasAsync(ProjectId project, string model, string alias, CancellationToken cancellationToken) =>
        database.App.Command($"{Select} JOIN registry.aliases a ON a.model = v.model AND a.number = v.number WHERE m.project = $1 AND m.name = $2 AND a.alias = $3 AND v.digest IS NOT NULL", project, model, alias)
            .FirstAsync(Read, cancellationToken);

    /// <summary>Newest first.</summary>
    public Task<List<ModelVersion>> ListAsync(ProjectId project, string model, int? before, int limit, CancellationToken cancellationToken) =>
        database.App.Command($"{Select} WHERE m.project = $1 AND m.name = $2 AND v.digest IS NOT NULL AND ($3::int IS NULL OR v.number < $3) ORDER BY v.number DESC LIMIT $4", project, model, before, limit)
            .ListAsync(Read, cancellationToken);

    /// <summary>Versions that a dataset version went into.</summary>
    public Task<List<ModelVersion>> TrainedOnAsync(ProjectId project, string dataset, int number, CancellationToken cancellationToken) =>
        database.App.Command($"""
            {Select} WHERE v.project = $1 AND v.digest IS NOT NULL
            AND EXISTS (SELECT FROM registry.version_datasets u WHERE u.model = v.model AND u.number = v.number AND u.name = $2 AND u.dataset_number = $3)
            ORDER BY m.name, v.number
            """, project, dataset, number).ListAsync(Read, cancellationToken);

    /// <summary>Writes a version under the model's next number, with its fact; a verdict that has let one through gives that one again.</summary>
    /// <param name="source">Where MLflow's clients find the file; may be empty.</param>
    public Task<int> AddAsync(Caller caller, string model, Digest digest, Provenance from, string source, CancellationToken cancellationToken) =>
        database.InTransactionAsync(async (transaction, token) =>
        {
            var id = await models.EnsureAsync(transaction, caller.Project, model, token).ConfigureAwait(false);
            var made = await transaction.Command("SELECT number FROM registry.versions WHERE model = $1 AND verdict = $2", id, from.Verdict).ScalarAsync<int?>(token).ConfigureAwait(false);
            if (made is { } before) return before;
            var number = await transaction.Command("UPDATE registry.models SET last_number = last_number + 1 WHERE id = $1 RETURNING last_number", id).ScalarAsync<int>(token).ConfigureAwait(false);
            await transaction.Command("""
                INSERT INTO registry.versions (project, model, number, digest, verdict, run, pipeline_run, recipe, reference, signature, created_at, updated_at, source)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11, $12)
                """, caller.Project, id, number, digest, from.Verdict, Nullable(from.Run?.Value, NpgsqlDbType.Uuid), Nullable(from.PipelineRun, NpgsqlDbType.Text), from.Recipe,
                Nullable(from.Reference?.ToArray(), NpgsqlDbType.Bytea), from.Signature, time.GetUtcMicroseconds(), source).RunAsync(token).ConfigureAwait(false);
            foreach (var use in from.Datasets)
                await transaction.Command("INSERT INTO registry.version_datasets (project, model, number, name, dataset_number, digest) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
                    caller.Project, id, number, use.Name, use.Number, use.Digest).RunAsync(token).ConfigureAwait(false);
            await journal.AppendAsync(transaction, Registered(caller, model, number, digest, from), token).ConfigureAwait(false);
            return number;
        }, cancellationToken);

    /// <summary>dataset versions -> run -> model version; verdict, blob and pipeline run -> model version.</summary>
    private static Fact Registered(Caller caller, string model, int number, Digest digest, Provenance from)
    {
        var version = Subject.ModelVersion(model, number);
        var trained = from.Run is { } run ? Subject.Run(run.ToString()) : version;
        var edges = from.Datasets.Select(d => new LineageEdge(Subject.DatasetVersion(d.Name, d.Number), trained, "trained-on")).ToList();
        if (from.Run is not null) edges.Add(new LineageEdge(trained, version, "built-from"));
        if (from.PipelineRun is { } pipeline) edges.Add(new LineageEdge(Subject.PipelineRun(pipeline), version, "built-by"));
        if (from.Verdict is { } verdict) edges.Add(new LineageEdge(Subject.Verdict(verdict.ToString()), version, "let-through"));
        edges.Add(new LineageEdge(Subject.Blob(digest), version, "content-of"));
        if (from.Reference is { } reference) edges.Add(new LineageEdge(Subject.Blob(reference), version, "reference-of"));
        return Fact.Of(caller, "model.version.registered", version,
            new { model, number, digest, run = from.Run, pipelineRun = from.PipelineRun, verdict = from.Verdict, datasets = from.Datasets, reference = from.Reference }, edges);
    }

    private static NpgsqlParameter Nullable(object? value, NpgsqlDbType type) => new() { Value = value ?? DBNull.Value, NpgsqlDbType = type };

    private static ModelVersion Read(NpgsqlDataReader row)
    {
        var names = row.GetFieldValue<string[]>(11);
        var numbers = row.GetFieldValue<int[]>(12);
        var digests = row.GetFieldValue<byte[][]>(13);
        var provenance = new Provenance(row.IsDBNull(3) ? null : row.GetId<RunId>(3), row.GetTextOrNull(4), [.. names.Select((name, i) => new DatasetUse(name, numbers[i], new Digest(digests[i])))],
            row.IsDBNull(5) ? null : row.GetId<VerdictId>(5), row.GetString(6), row.IsDBNull(7) ? null : row.GetDigest(7), row.GetString(8));
        return new ModelVersion(row.GetString(0), row.GetInt32(1), row.GetDigest(2), provenance, row.GetTime(9), row.GetFieldValue<string[]>(10));
    }
}
