using System.Text.Json.Nodes;
using Npgsql;
using Takt.Journal;
using Takt.Kernel;
using Takt.Pipelines.Specs;
using Takt.Pipelines.Steps;
using Takt.Records;

namespace Takt.Pipelines.Runs;

/// <summary>Every change of a run's or a step's state, each in one transaction with its fact.</summary>
internal sealed class RunTransitions(ITaktDatabase database, IJournal journal, TimeProvider time)
{
    /// <summary>A new run, in the caller's transaction.</summary>
    public async Task AddAsync(NpgsqlTransaction transaction, PipelineRun run, CancellationToken cancellationToken)
    {
        await transaction.Command("""
            INSERT INTO pipelines.runs (id, project, pipeline, number, reproduces, state, cause, params, spec, revision, source, use_cache, actor, role, created_at)
            VALUES ($1, $2, $3, (SELECT coalesce(max(number), 0) + 1 FROM pipelines.runs WHERE project = $2 AND pipeline = $3), $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
            """, run.Id, run.Project, run.Pipeline, run.Reproduces, run.State, run.Cause, SpecStore.Write(run.Params), SpecStore.Write(run.Spec), run.Revision,
            run.Source is null ? null : SpecStore.Write(run.Source), run.UseCache, run.By, run.Role, run.CreatedAt).RunAsync(cancellationToken).ConfigureAwait(false);
        for (var i = 0; i < run.Spec.Steps.Count; i++)
        {
            await transaction.Command("INSERT INTO pipelines.steps (run, ordinal, name, uses, state, attempt, outputs, result) VALUES ($1, $2, $3, $4, 'Pending', 0, '{}', '{}')",
                run.Id, i, run.Spec.Steps[i].Name, run.Spec.Steps[i].Kind).RunAsync(cancellationToken).ConfigureAwait(false);
        }
        await AppendAsync(transaction, run, "pipeline.run.started", new { run = run.Id, run.Pipeline, run.Cause, run.Params, run.Reproduces }, [], cancellationToken).ConfigureAwait(false);
    }

    public Task RunningAsync(PipelineRun run, CancellationToken cancellationToken) =>
        database.App.Command("UPDATE pipelines.runs SET state = 'Running', reason = NULL, started_at = coalesce(started_at, $2) WHERE id = $1 AND ended_at IS NULL",
            run.Id, time.GetUtcMicroseconds()).RunAsync(cancellationToken);

    public Task StepRunningAsync(StepRun step, CancellationToken cancellationToken) =>
        database.App.Command("""
            UPDATE pipelines.steps SET state = 'Running', reason = NULL, attempt = attempt + 1, process = NULL, process_started = NULL, started_at = coalesce(started_at, $3)
            WHERE run = $1 AND ordinal = $2
            """, step.Run, step.Ordinal, time.GetUtcMicroseconds()).RunAsync(cancellationToken);

    /// <summary>A step is over, or waits; where it waits or did not succeed the whole run does too.</summary>
    public Task StepEndedAsync(PipelineRun run, StepRun step, StepOutcome outcome, Digest? log, CancellationToken cancellationToken) =>
        database.InTransactionAsync(async (transaction, token) =>
        {
            var now = time.GetUtcMicroseconds();
            var waits = outcome.State is StepState.Waiting;
            var changed = await transaction.Command("""
                UPDATE pipelines.steps SET state = $3, reason = $4, outputs = $5, result = $6, cached_from = $7, log = coalesce($8, log), ended_at = $9, process = NULL, process_started = NULL
                WHERE run = $1 AND ordinal = $2 AND (state <> $3 OR reason IS DISTINCT FROM $4)
                """, step.Run, step.Ordinal, outcome.State, Text(outcome.Reason), SpecStore.Write(outcome.Outputs), outcome.Result.ToJsonString(),
                outcome.CachedFrom is { } from ? from : new NpgsqlParameter { Value = DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Uuid },
                log is { } digest ? digest : new NpgsqlParameter { Value = DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Bytea },
                waits ? new NpgsqlParameter { Value = DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.TimestampTz } : now).RunAsync(token).ConfigureAwait(false);
            if (outcome.State is StepState.Succeeded && step.Key is { } key) await KeepAsync(transaction, run, key, outcome, now, token).ConfigureAwait(false);
            if (outcome.State is StepState.Succeeded or StepState.Cached)
            {
                await AppendAsync(transaction, run, "pipeline.step.finished", new { run = run.Id, step = step.Name, cached = outcome.State is StepState.Cached, outcome.Result },
                    outcome.Edges, token).ConfigureAwait(false);
                return;
            }
            var state = outcome.State switch { StepState.Waiting => RunState.Waiting, StepState.Refused => RunState.Refused, StepState.Cancelled => RunState.Cancelled, _ => RunState.Failed };
            if (!waits) await SkipAsync(transaction, run.Id, token).ConfigureAwait(false);
            // A run that waits for the same as before is no news.
            await EndAsync(transaction, run, state, $"{step.Name}: {outcome.Reason}", new { run = run.Id, run.Pipeline, step = step.Name, outcome.Reason, outcome.Result }, tell: !waits || changed > 0, token)
                .ConfigureAwait(false);
        }, cancellationToken);

    public Task SucceededAsync(PipelineRun run, JsonObject result, CancellationToken cancellationToken) =>
        database.InTransactionAsync((transaction, token) =>
            EndAsync(transaction, run, RunState.Succeeded, null, new { run = run.Id, run.Pipeline, result }, tell: true, token), cancellationToken);

    /// <summary>A run that no process works on is over by somebody's word, or because it cannot go on; false where it was over already.</summary>
    public Task<bool> AbandonAsync(Caller caller, PipelineRun run, RunState state, string reason, CancellationToken cancellationToken) =>
        database.InTransactionAsync(async (transaction, token) =>
        {
            var open = await transaction.Command("SELECT 1 FROM pipelines.runs WHERE id = $1 AND ended_at IS NULL FOR UPDATE", run.Id).ScalarAsync<int?>(token).ConfigureAwait(false);
            if (open is null) return false;
            await transaction.Command("UPDATE pipelines.steps SET state = $2, ended_at = $3 WHERE run = $1 AND state IN ('Running', 'Waiting')",
                run.Id, state is RunState.Cancelled ? StepState.Cancelled : StepState.Failed, time.GetUtcMicroseconds()).RunAsync(token).ConfigureAwait(false);
            await SkipAsync(transaction, run.Id, token).ConfigureAwait(false);
            await EndAsync(transaction, run with { By = caller.Actor }, state, reason, new { run = run.Id, run.Pipeline, reason }, tell: true, token).ConfigureAwait(false);
            return true;
        }, cancellationToken);

    /// <summary>A refused run goes on behind its gate, on somebody's word.</summary>
    public Task ReopenAsync(Caller caller, PipelineRun run, StepRun gate, JsonObject result, string reason, CancellationToken cancellationToken) =>
        database.InTransactionAsync(async (transaction, token) =>
        {
            await transaction.Command("UPDATE pipelines.steps SET state = 'Succeeded', reason = $3, result = $4 WHERE run = $1 AND ordinal = $2",
                run.Id, gate.Ordinal, $"Let through against the gate: {reason}", result.ToJsonString()).RunAsync(token).ConfigureAwait(false);
            await transaction.Command("UPDATE pipelines.steps SET state = 'Pending', ended_at = NULL WHERE run = $1 AND state = 'Skipped'", run.Id).RunAsync(token).ConfigureAwait(false);
            await transaction.Command("UPDATE pipelines.runs SET state = 'Queued', reason = NULL, ended_at = NULL WHERE id = $1", run.Id).RunAsync(token).ConfigureAwait(false);
            await AppendAsync(transaction, run with { By = caller.Actor }, "pipeline.run.overridden", new { run = run.Id, run.Pipeline, reason }, [], token).ConfigureAwait(false);
        }, cancellationToken);

    private async Task EndAsync<T>(NpgsqlTransaction transaction, PipelineRun run, RunState state, string? reason, T payload, bool tell, CancellationToken cancellationToken)
    {
        var waits = state is RunState.Waiting;
        await transaction.Command("UPDATE pipelines.runs SET state = $2, reason = $3, ended_at = $4 WHERE id = $1", run.Id, state, Text(reason),
            waits ? new NpgsqlParameter { Value = DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.TimestampTz } : time.GetUtcMicroseconds()).RunAsync(cancellationToken).ConfigureAwait(false);
        if (tell) await AppendAsync(transaction, run, $"pipeline.run.{state.ToString().ToLowerInvariant()}", payload, [], cancellationToken).ConfigureAwait(false);
    }

    private static Task SkipAsync(NpgsqlTransaction transaction, PipelineRunId run, CancellationToken cancellationToken) =>
        transaction.Command("UPDATE pipelines.steps SET state = 'Skipped' WHERE run = $1 AND state = 'Pending'", run).RunAsync(cancellationToken);

    private static Task KeepAsync(NpgsqlTransaction transaction, PipelineRun run, Digest key, StepOutcome outcome, DateTimeOffset now, CancellationToken cancellationToken) =>
        transaction.Command("""
            INSERT INTO pipelines.cache (project, key, outputs, result, run, at) VALUES ($1, $2, $3, $4, $5, $6)
            ON CONFLICT (project, key) DO UPDATE SET outputs = excluded.outputs, result = excluded.result, run = excluded.run, at = excluded.at
            """, run.Project, key, SpecStore.Write(outcome.Outputs), outcome.Result.ToJsonString(), run.Id, now).RunAsync(cancellationToken);

    private Task<FactId> AppendAsync<T>(NpgsqlTransaction transaction, PipelineRun run, string kind, T payload, IReadOnlyList<LineageEdge> edges, CancellationToken cancellationToken) =>
        journal.AppendAsync(transaction, Fact.Of(run.Caller, kind, Subject.PipelineRun(run.Id.ToString()), payload, edges), cancellationToken);

    private static NpgsqlParameter Text(string? value) => new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text };
}
