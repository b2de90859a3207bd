using Npgsql;
using Takt.Journal;
using Takt.Kernel;
using Takt.Records;

namespace Takt.Tracking;

/// <summary>A run's own row. Times in milliseconds since 1970.</summary>
internal sealed record RunRow(RunId Id, ProjectId Project, long Experiment, string Name, string User, RunStatus Status, long StartedAt, long? EndedAt, bool Deleted)
{
    public const string Columns = "r.id, r.project, r.experiment, r.name, r.user_name, r.status, r.started_at, r.ended_at, r.deleted";

    public static RunRow Read(NpgsqlDataReader row) => new(row.GetId<RunId>(0), row.GetId<ProjectId>(1), row.GetInt64(2), row.GetString(3), row.GetString(4),
        Enum.Parse<RunStatus>(row.GetString(5)), row.GetInt64(6), row.IsDBNull(7) ? null : row.GetInt64(7), row.GetBoolean(8));

    public static Problem NotFound(RunId run) => Problem.NotFound("run-not-found", $"There is no run {run} in this project.", "GET /api/v1/projects/{project}/runs lists them.");
}

internal sealed class RunStore(ITaktDatabase database, IJournal journal)
{
    public Task<RunRow?> FindAsync(ProjectId project, RunId run, CancellationToken cancellationToken) =>
        database.App.Command($"SELECT {RunRow.Columns} FROM tracking.runs r WHERE r.id = $1 AND r.project = $2", run, project).FirstAsync(RunRow.Read, cancellationToken);

    /// <summary>Newest first. <paramref name="after"/> is the last run of the page before.</summary>
    public Task<List<RunRow>> ListAsync(ProjectId project, long? experiment, RunRow? after, int limit, CancellationToken cancellationToken) =>
        database.App.Command($"""
            SELECT {RunRow.Columns} FROM tracking.runs r
            WHERE r.project = $1 AND NOT r.deleted AND ($2::bigint IS NULL OR r.experiment = $2)
              AND ($3::bigint IS NULL OR r.started_at < $3 OR (r.started_at = $3 AND r.id > $4))
            ORDER BY r.started_at DESC, r.id LIMIT $5
            """, project, experiment, after?.StartedAt, after?.Id.Value ?? Guid.Empty, limit).ListAsync(RunRow.Read, cancellationToken);

    /// <summary>Writes a new run and its tags, with its fact; false where the project has no such experiment, or a deleted one.</summary>
    public Task<bool> StartAsync(Caller caller, RunRow run, KeyValues tags, CancellationToken cancellationToken) =>
        database.InTransactionAsync(async (transaction, token) =>
        {
            var made = await transaction.Command("""
                INSERT INTO tracking.runs (id, project, experiment, name, user_name, status, started_at)
                SELECT $1, e.project, e.id, $4, $5, $6, $7 FROM tracking.experiments e WHERE e.id = $3 AND e.project = $2 AND NOT e.deleted
                """, run.Id, run.Project, run.Experiment, run.Name, run.User, run.Status, run.StartedAt).RunAsync(token).ConfigureAwait(false);
            if (made == 0) return false;
            if (!tags.IsEmpty)
                await transaction.Command("INSERT INTO tracking.tags (project, experiment, run, key, value) SELECT $1, $2, $3, t.key, t.value FROM unnest($4, $5) AS t(key, value)",
                    run.Project, run.Experiment, run.Id, tags.Keys, tags.Values).RunAsync(token).ConfigureAwait(false);
            await journal.AppendAsync(transaction, Fact.Of(caller, "run.started", Subject.Run(run.Id.ToString()), new { run = run.Id, experiment = run.Experiment, name = run.Name }), token).ConfigureAwait(false);
            return true;
        }, cancellationToken);

    /// <summary>Sets status, end and name where given; the fact <c>run.ended</c> only when it ended just now. Null where there is no such run.</summary>
    public Task<RunRow?> UpdateAsync(Caller caller, RunId id, RunStatus? status, long? endedAt, string? name, CancellationToken cancellationToken) =>
        database.InTransactionAsync(async (transaction, token) =>
        {
            var before = await transaction.Command($"SELECT {RunRow.Columns} FROM tracking.runs r WHERE r.id = $1 AND r.project = $2 FOR UPDATE", id, caller.Project)
                .FirstAsync(RunRow.Read, token).ConfigureAwait(false);
            if (before is null || before.Deleted) return before;
            var after = before with { Status = status ?? before.Status, EndedAt = endedAt ?? before.EndedAt, Name = name ?? before.Name };
            if (after == before) return before;
            await transaction.Command("UPDATE tracking.runs SET status = $2, ended_at = $3, name = $4 WHERE id = $1", id, after.Status,
                new NpgsqlParameter { Value = after.EndedAt ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Bigint }, after.Name).RunAsync(token).ConfigureAwait(false);
            if (name is not null)
                await transaction.Command("""
                    INSERT INTO tracking.tags (project, experiment, run, key, value) VALUES ($1, $2, $3, $4, $5)
                    ON CONFLICT (run, key) DO UPDATE SET value = excluded.value
                    """, before.Project, before.Experiment, id, RunNames.Tag, name).RunAsync(token).ConfigureAwait(false);
            if (after.Status != before.Status && IsEnd(after.Status))
                await journal.AppendAsync(transaction, Fact.Of(caller, "run.ended", Subject.Run(id.ToString()), new { run = id, status = after.Status }), token).ConfigureAwait(false);
            return after;
        }, cancellationToken);

    /// <summary>Deletes or restores a run, with its fact; the row as it was, or null where there is none. A run that is so already is left alone.</summary>
    public Task<RunRow?> SetDeletedAsync(Caller caller, RunId id, bool deleted, long now, CancellationToken cancellationToken) =>
        database.InTransactionAsync(async (transaction, token) =>
        {
            var before = await transaction.Command($"SELECT {RunRow.Columns} FROM tracking.runs r WHERE r.id = $1 AND r.project = $2 FOR UPDATE", id, caller.Project)
                .FirstAsync(RunRow.Read, token).ConfigureAwait(false);
            if (before is null || before.Deleted == deleted) return before;
            await transaction.Command("UPDATE tracking.runs SET deleted = $2, deleted_at = CASE WHEN $2 THEN $3 END WHERE id = $1", id, deleted, now).RunAsync(token).ConfigureAwait(false);
            await journal.AppendAsync(transaction, Fact.Of(caller, deleted ? "run.deleted" : "run.restored", Subject.Run(id.ToString()), new { run = id }), token).ConfigureAwait(false);
            return before;
        }, cancellationToken);

    /// <summary>False where the run has no such tag.</summary>
    public async Task<bool> DeleteTagAsync(RunId run, string key, CancellationToken cancellationToken) =>
        await database.App.Command("DELETE FROM tracking.tags WHERE run = $1 AND key = $2", run, key).RunAsync(cancellationToken).ConfigureAwait(false) > 0;

    public static bool IsEnd(RunStatus status) => status is RunStatus.Finished or RunStatus.Failed or RunStatus.Killed;
}
