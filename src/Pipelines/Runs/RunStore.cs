using System.Text.Json.Nodes;
using Npgsql;
using Takt.Kernel;
using Takt.Pipelines.Specs;
using Takt.Records;
using Takt.Tracking;

namespace Takt.Pipelines.Runs;

/// <summary>Runs and their steps. Changes of state go through <see cref="RunTransitions"/>, with their facts.</summary>
internal sealed class RunStore(ITaktDatabase database)
{
    private const string RunColumns = "id, project, pipeline, number, reproduces, state, reason, cause, params, spec, revision, source, use_cache, actor, role, tracking_run, created_at, started_at, ended_at";

    public Task<PipelineRun?> FindAsync(PipelineRunId id, CancellationToken cancellationToken) =>
        database.App.Command($"SELECT {RunColumns} FROM pipelines.runs WHERE id = $1", id).FirstAsync(ReadRun, cancellationToken);

    public async Task<PipelineRun?> FindAsync(ProjectId project, PipelineRunId id, CancellationToken cancellationToken) =>
        await FindAsync(id, cancellationToken).ConfigureAwait(false) is { } run && run.Project == project ? run : null;

    /// <param name="before">Only runs older than this one; null: from the newest.</param>
    public Task<List<PipelineRun>> ListAsync(ProjectId project, string? pipeline, PipelineRunId? before, int limit, CancellationToken cancellationToken) =>
        database.App.Command($"""
            SELECT {RunColumns} FROM pipelines.runs
            WHERE project = $1 AND ($2::text IS NULL OR pipeline = $2)
              AND ($3::uuid IS NULL OR (created_at, id) < (SELECT created_at, id FROM pipelines.runs WHERE id = $3))
            ORDER BY created_at DESC, id DESC LIMIT $4
            """, project, Text(pipeline), before is null ? new NpgsqlParameter { Value = DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Uuid } : before.Value, limit)
            .ListAsync(ReadRun, cancellationToken);

    /// <summary>The run whose gate gave this verdict.</summary>
    public Task<PipelineRun?> FindByVerdictAsync(ProjectId project, string verdict, CancellationToken cancellationToken) =>
        database.App.Command($"""
            SELECT {RunColumns} FROM pipelines.runs
            WHERE project = $1 AND id IN (SELECT run FROM pipelines.steps WHERE uses = 'gate' AND state = 'Refused' AND result::json->>'verdict' = $2)
            """, project, verdict).FirstAsync(ReadRun, cancellationToken);

    /// <summary>Runs that are not over, oldest first.</summary>
    public Task<List<(PipelineRunId Id, RunState State)>> OpenAsync(CancellationToken cancellationToken) =>
        database.App.Command("SELECT id, state FROM pipelines.runs WHERE ended_at IS NULL ORDER BY created_at")
            .ListAsync(r => (r.GetId<PipelineRunId>(0), Enum.Parse<RunState>(r.GetString(1))), cancellationToken);

    /// <summary>Runs that wait, or may be about to.</summary>
    public Task<List<PipelineRunId>> WaitingAsync(ProjectId project, CancellationToken cancellationToken) =>
        database.App.Command("SELECT id FROM pipelines.runs WHERE project = $1 AND state IN ('Running', 'Waiting') AND ended_at IS NULL ORDER BY created_at", project)
            .ListAsync(r => r.GetId<PipelineRunId>(0), cancellationToken);

    public Task<List<StepRun>> StepsAsync(PipelineRunId run, CancellationToken cancellationToken) =>
        database.App.Command("""
            SELECT run, ordinal, name, uses, state, reason, attempt, key, key_parts, cached_from, process, process_started, outputs, result, log, started_at, ended_at
            FROM pipelines.steps WHERE run = $1 ORDER BY ordinal
            """, run).ListAsync(ReadStep, cancellationToken);

    /// <summary>What the last key of this step was made of, in an earlier run of the pipeline: so that a miss can say what changed.</summary>
    public async Task<IReadOnlyDictionary<string, string>?> LastKeyPartsAsync(PipelineRun run, string step, CancellationToken cancellationToken)
    {
        var parts = await database.App.Command("""
            SELECT s.key_parts FROM pipelines.steps s JOIN pipelines.runs r ON r.id = s.run
            WHERE r.project = $1 AND r.pipeline = $2 AND s.name = $3 AND s.run <> $4 AND s.state IN ('Succeeded', 'Cached') AND s.key_parts IS NOT NULL
            ORDER BY r.created_at DESC LIMIT 1
            """, run.Project, run.Pipeline, step, run.Id).ScalarAsync<string>(cancellationToken).ConfigureAwait(false);
        return parts is null ? null : SpecStore.Parse<Dictionary<string, string>>(parts);
    }

    public Task SetTrackingRunAsync(PipelineRunId run, RunId tracking, CancellationToken cancellationToken) =>
        database.App.Command("UPDATE pipelines.runs SET tracking_run = $2 WHERE id = $1", run, tracking).RunAsync(cancellationToken);

    public Task SetProcessAsync(PipelineRunId run, int ordinal, ProcessIdentity process, CancellationToken cancellationToken) =>
        database.App.Command("UPDATE pipelines.steps SET process = $3, process_started = $4 WHERE run = $1 AND ordinal = $2", run, ordinal, process.Id, process.StartedAt)
            .RunAsync(cancellationToken);

    public Task SetKeyAsync(PipelineRunId run, int ordinal, Digest key, IReadOnlyDictionary<string, string> parts, CancellationToken cancellationToken) =>
        database.App.Command("UPDATE pipelines.steps SET key = $3, key_parts = $4 WHERE run = $1 AND ordinal = $2", run, ordinal, key, SpecStore.Write(parts))
            .RunAsync(cancellationToken);

    private static NpgsqlParameter Text(string? value) => new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text };

    private static PipelineRun ReadRun(NpgsqlDataReader r) => new(r.GetId<PipelineRunId>(0), r.GetId<ProjectId>(1), r.GetString(2), r.GetInt32(3), r.GetTextOrNull(4),
        Enum.Parse<RunState>(r.GetString(5)), r.GetTextOrNull(6), r.GetString(7), SpecStore.Parse<Dictionary<string, string>>(r.GetString(8)), SpecStore.Parse<PipelineSpec>(r.GetString(9)),
        r.GetInt32(10), r.IsDBNull(11) ? null : SpecStore.Parse<SourceState>(r.GetString(11)), r.GetBoolean(12), r.GetId<ActorId>(13), Enum.Parse<Role>(r.GetString(14)),
        r.IsDBNull(15) ? null : r.GetId<RunId>(15), r.GetTime(16), TimeOrNull(r, 17), TimeOrNull(r, 18));

    private static StepRun ReadStep(NpgsqlDataReader r) => new(r.GetId<PipelineRunId>(0), r.GetInt32(1), r.GetString(2), r.GetString(3), Enum.Parse<StepState>(r.GetString(4)),
        r.GetTextOrNull(5), r.GetInt32(6), r.IsDBNull(7) ? null : r.GetDigest(7), r.IsDBNull(8) ? new Dictionary<string, string>() : SpecStore.Parse<Dictionary<string, string>>(r.GetString(8)),
        r.IsDBNull(9) ? null : r.GetId<PipelineRunId>(9), r.IsDBNull(10) ? null : new ProcessIdentity(r.GetInt32(10), r.GetInt64(11)),
        SpecStore.Parse<Dictionary<string, StepFile>>(r.GetString(12)), JsonNode.Parse(r.GetString(13))!.AsObject(), r.IsDBNull(14) ? null : r.GetDigest(14), TimeOrNull(r, 15), TimeOrNull(r, 16));

    private static DateTimeOffset? TimeOrNull(NpgsqlDataReader r, int column) => r.IsDBNull(column) ? null : r.GetTime(column);
}
