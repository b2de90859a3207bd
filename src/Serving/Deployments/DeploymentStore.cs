using System.Text.Json;
using Npgsql;
using Takt.Kernel;
using Takt.Records;

namespace Takt.Serving;

/// <summary>Deployments, revisions, rollouts and decisions in PostgreSQL. Every method that changes something takes the caller's transaction.</summary>
internal sealed class DeploymentStore(ITaktDatabase database)
{
    /// <summary>Locks the deployment until the transaction ends.</summary>
    public Task<DeploymentRow?> LockAsync(NpgsqlTransaction tx, ProjectId project, string name, CancellationToken cancellationToken) =>
        tx.Command("SELECT project, name, spec, champion, generation, trouble FROM serving.deployments WHERE project = $1 AND name = $2 FOR UPDATE", project, name)
            .FirstAsync(ReadDeployment, cancellationToken);

    public Task<DeploymentRow?> FindAsync(ProjectId project, string name, CancellationToken cancellationToken) =>
        database.App.Command("SELECT project, name, spec, champion, generation, trouble FROM serving.deployments WHERE project = $1 AND name = $2", project, name)
            .FirstAsync(ReadDeployment, cancellationToken);

    /// <param name="project">Null: of every project.</param>
    public Task<List<DeploymentRow>> ListAsync(ProjectId? project, CancellationToken cancellationToken) =>
        database.App.Command("SELECT project, name, spec, champion, generation, trouble FROM serving.deployments WHERE $1::uuid IS NULL OR project = $1 ORDER BY project, name",
            new NpgsqlParameter { Value = (object?)project?.Value ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Uuid }).ListAsync(ReadDeployment, cancellationToken);

    /// <summary>The next generation, for the change that this transaction makes.</summary>
    public async Task<long> NextGenerationAsync(NpgsqlTransaction tx, CancellationToken cancellationToken) =>
        await tx.Command("UPDATE serving.generation SET number = number + 1 RETURNING number").ScalarAsync<long>(cancellationToken).ConfigureAwait(false);

    public async Task<long> GenerationAsync(CancellationToken cancellationToken) =>
        await database.App.Command("SELECT number FROM serving.generation").ScalarAsync<long>(cancellationToken).ConfigureAwait(false);

    public Task PutSpecAsync(NpgsqlTransaction tx, ProjectId project, DeploymentSpec spec, long generation, DateTimeOffset now, CancellationToken cancellationToken) =>
        tx.Command("""
            INSERT INTO serving.deployments (project, name, spec, spec_version, generation, created_at, updated_at) VALUES ($1, $2, $3, 1, $4, $5, $5)
            ON CONFLICT (project, name) DO UPDATE SET spec = $3, spec_version = serving.deployments.spec_version + 1, generation = $4, updated_at = $5
            """, project, spec.Name, JsonSerializer.Serialize(spec, TaktJson.Options), generation, now).RunAsync(cancellationToken);

    public Task SetChampionAsync(NpgsqlTransaction tx, ProjectId project, string name, int? champion, long generation, DateTimeOffset now, CancellationToken cancellationToken) =>
        tx.Command("UPDATE serving.deployments SET champion = $3, generation = $4, updated_at = $5, trouble = NULL WHERE project = $1 AND name = $2",
            project, name, champion, generation, now).RunAsync(cancellationToken);

    public Task TouchAsync(NpgsqlTransaction tx, ProjectId project, string name, long generation, DateTimeOffset now, CancellationToken cancellationToken) =>
        tx.Command("UPDATE serving.deployments SET generation = $3, updated_at = $4 WHERE project = $1 AND name = $2", project, name, generation, now).RunAsync(cancellationToken);

    public Task SetTroubleAsync(ProjectId project, string name, string trouble, CancellationToken cancellationToken) =>
        database.App.Command("UPDATE serving.deployments SET trouble = $3 WHERE project = $1 AND name = $2", project, name, trouble).RunAsync(cancellationToken);

    /// <summary>The revision of that model version, made if there is none; tells whether it is new.</summary>
    public async Task<(Revision Revision, bool Made)> EnsureRevisionAsync(NpgsqlTransaction tx, ProjectId project, string deployment, string model, int number, Digest digest, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var known = await tx.Command("SELECT deployment, number, model, model_number, digest, created_at FROM serving.revisions WHERE project = $1 AND deployment = $2 AND model = $3 AND model_number = $4",
            project, deployment, model, number).FirstAsync(ReadRevision, cancellationToken).ConfigureAwait(false);
        if (known is not null) return (known, false);
        var made = await tx.Command("""
            INSERT INTO serving.revisions (project, deployment, number, model, model_number, digest, created_at)
            SELECT $1, $2, coalesce(max(number), 0) + 1, $3, $4, $5, $6 FROM serving.revisions WHERE project = $1 AND deployment = $2
            RETURNING deployment, number, model, model_number, digest, created_at
            """, project, deployment, model, number, digest, now).FirstAsync(ReadRevision, cancellationToken).ConfigureAwait(false);
        return (made!, true);
    }

    public Task<List<Revision>> RevisionsAsync(ProjectId project, string deployment, CancellationToken cancellationToken) =>
        database.App.Command("SELECT deployment, number, model, model_number, digest, created_at FROM serving.revisions WHERE project = $1 AND deployment = $2 ORDER BY number",
            project, deployment).ListAsync(ReadRevision, cancellationToken);

    /// <summary>Whose blob it is; null where no revision has that digest.</summary>
    public async Task<ProjectId?> ProjectOfModelAsync(Digest digest, CancellationToken cancellationToken)
    {
        var found = await database.App.Command("SELECT project FROM serving.revisions WHERE digest = $1 LIMIT 1", digest).ScalarAsync<Guid?>(cancellationToken).ConfigureAwait(false);
        return found is { } id ? ProjectId.Of(id) : null;
    }

    public Task InsertRolloutAsync(NpgsqlTransaction tx, RolloutRow rollout, CancellationToken cancellationToken) =>
        tx.Command("""
            INSERT INTO serving.rollouts (id, project, deployment, champion, challenger, status, stage, percent, overridden, started_at, stage_at, ended_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
            """, rollout.Id, rollout.Project, rollout.Deployment, rollout.Champion, rollout.Challenger, rollout.Status, rollout.Stage, rollout.Percent, rollout.Overridden,
            rollout.StartedAt, rollout.StageAt, rollout.EndedAt).RunAsync(cancellationToken);

    public Task UpdateRolloutAsync(NpgsqlTransaction tx, RolloutRow rollout, CancellationToken cancellationToken) =>
        tx.Command("UPDATE serving.rollouts SET status = $2, stage = $3, percent = $4, stage_at = $5, ended_at = $6 WHERE id = $1",
            rollout.Id, rollout.Status, rollout.Stage, rollout.Percent, rollout.StageAt, rollout.EndedAt).RunAsync(cancellationToken);

    public async Task<long> InsertDecisionAsync(NpgsqlTransaction tx, RolloutId rollout, ActorId actor, RolloutDecision decision, CancellationToken cancellationToken) =>
        await tx.Command("""
            INSERT INTO serving.decisions (rollout, actor, verb, percent, reason, evidence, answered, at, evidence_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id
            """, rollout, actor, decision.Verb, decision.Percent, decision.Reason, JsonSerializer.Serialize(decision.Evidence, TaktJson.Options), decision.AnsweredByChallenger, decision.At, decision.EvidenceAt)
            .ScalarAsync<long>(cancellationToken).ConfigureAwait(false);

    public Task SetInForceAsync(long decision, DateTimeOffset at, CancellationToken cancellationToken) =>
        database.App.Command("UPDATE serving.decisions SET in_force_at = $2 WHERE id = $1", decision, at).RunAsync(cancellationToken);

    /// <summary>What came to light after a rollback was in force: the challenger's last answer, and how many it gave in all.</summary>
    public Task SetLastAnswerAsync(long decision, DateTimeOffset? lastAnswer, long answeredInAll, CancellationToken cancellationToken) =>
        database.App.Command("UPDATE serving.decisions SET last_answer_at = $2, evidence = (evidence::jsonb || jsonb_build_object('answeredInAll', $3::bigint))::text WHERE id = $1",
            decision, new NpgsqlParameter { Value = (object?)lastAnswer ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.TimestampTz }, answeredInAll).RunAsync(cancellationToken);

    public Task<RolloutRow?> RunningAsync(NpgsqlTransaction tx, ProjectId project, string deployment, CancellationToken cancellationToken) =>
        tx.Command($"SELECT {RolloutColumns} FROM serving.rollouts WHERE project = $1 AND deployment = $2 AND status = 'Running'", project, deployment).FirstAsync(ReadRollout, cancellationToken);

    /// <summary>The rollout that made this revision the champion, the newest one.</summary>
    public Task<RolloutRow?> PromotedAsync(NpgsqlTransaction tx, ProjectId project, string deployment, int champion, CancellationToken cancellationToken) =>
        tx.Command($"SELECT {RolloutColumns} FROM serving.rollouts WHERE project = $1 AND deployment = $2 AND challenger = $3 AND status = 'Promoted' ORDER BY started_at DESC LIMIT 1",
            project, deployment, champion).FirstAsync(ReadRollout, cancellationToken);

    /// <summary>Every rollout under way, in every project.</summary>
    public Task<List<RolloutRow>> AllRunningAsync(CancellationToken cancellationToken) =>
        database.App.Command($"SELECT {RolloutColumns} FROM serving.rollouts WHERE status = 'Running' ORDER BY started_at").ListAsync(ReadRollout, cancellationToken);

    /// <summary>Newest first.</summary>
    public Task<List<RolloutRow>> RolloutsAsync(ProjectId project, string deployment, int limit, CancellationToken cancellationToken) =>
        database.App.Command($"SELECT {RolloutColumns} FROM serving.rollouts WHERE project = $1 AND deployment = $2 ORDER BY started_at DESC LIMIT $3", project, deployment, limit).ListAsync(ReadRollout, cancellationToken);

    public Task<RolloutRow?> FindRolloutAsync(ProjectId project, RolloutId id, CancellationToken cancellationToken) =>
        database.App.Command($"SELECT {RolloutColumns} FROM serving.rollouts WHERE project = $1 AND id = $2", project, id).FirstAsync(ReadRollout, cancellationToken);

    public Task<List<RolloutDecision>> DecisionsAsync(RolloutId rollout, CancellationToken cancellationToken) =>
        database.App.Command("SELECT verb, percent, reason, evidence, answered, at, evidence_at, in_force_at, last_answer_at FROM serving.decisions WHERE rollout = $1 ORDER BY id", rollout)
            .ListAsync(r => new RolloutDecision(r.GetString(0), r.GetInt32(1), r.GetString(2), JsonSerializer.Deserialize<Dictionary<string, double>>(r.GetString(3), TaktJson.Options)!,
                r.GetInt64(4), r.GetTime(5), r.GetTime(6), r.IsDBNull(7) ? null : r.GetTime(7), r.IsDBNull(8) ? null : r.GetTime(8)), cancellationToken);

    public Task SeenAsync(Guid dataPlane, long generation, DateTimeOffset now, CancellationToken cancellationToken) =>
        database.App.Command("INSERT INTO serving.data_planes VALUES ($1, $2, $2, $3) ON CONFLICT (id) DO UPDATE SET last_seen = $2, generation = $3", dataPlane, now, generation).RunAsync(cancellationToken);

    private const string RolloutColumns = "id, project, deployment, champion, challenger, status, stage, percent, overridden, started_at, stage_at, ended_at";

    private static DeploymentRow ReadDeployment(NpgsqlDataReader r) =>
        new(r.GetId<ProjectId>(0), r.GetString(1), JsonSerializer.Deserialize<DeploymentSpec>(r.GetString(2), TaktJson.Options)!, r.IsDBNull(3) ? null : r.GetInt32(3), r.GetInt64(4), r.GetTextOrNull(5));

    private static Revision ReadRevision(NpgsqlDataReader r) => new(r.GetString(0), r.GetInt32(1), $"{r.GetString(2)}/{r.GetInt32(3)}", r.GetDigest(4), r.GetTime(5));

    private static RolloutRow ReadRollout(NpgsqlDataReader r) =>
        new(r.GetId<RolloutId>(0), r.GetId<ProjectId>(1), r.GetString(2), r.GetInt32(3), r.GetInt32(4), Enum.Parse<RolloutStatus>(r.GetString(5)), r.GetInt32(6), r.GetInt32(7),
            r.GetBoolean(8), r.GetTime(9), r.GetTime(10), r.IsDBNull(11) ? null : r.GetTime(11));
}

internal sealed record DeploymentRow(ProjectId Project, string Name, DeploymentSpec Spec, int? Champion, long Generation, string? Trouble);

/// <param name="Champion">0: nothing answered before.</param>
internal sealed record RolloutRow(RolloutId Id, ProjectId Project, string Deployment, int Champion, int Challenger, RolloutStatus Status, int Stage, int Percent, bool Overridden,
    DateTimeOffset StartedAt, DateTimeOffset StageAt, DateTimeOffset? EndedAt)
{
    public Rollout Show(IReadOnlyList<RolloutDecision> decisions) => new(Id, Deployment, Champion, Challenger, Status, Stage, Percent, Overridden, StartedAt, EndedAt, decisions);
}
