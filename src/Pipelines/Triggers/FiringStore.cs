using Npgsql;
using Takt.Journal;
using Takt.Kernel;
using Takt.Pipelines.Runs;
using Takt.Records;

namespace Takt.Pipelines.Triggers;

/// <summary>What came of a cause that met a trigger.</summary>
/// <param name="Cause"><c>fact:812</c>, or <c>time:2026-01-05T03:00:00Z</c>.</param>
internal sealed record Firing(string Trigger, string Cause, FiringOutcome Outcome, string Reason, PipelineRunId? Run, DateTimeOffset At);

internal enum FiringOutcome { Started, Skipped, Refused }

/// <summary>Firings: each cause fires a trigger once, however often it is handed over.</summary>
internal sealed class FiringStore(ITaktDatabase database, RunTransitions transitions, RunQueue queue, IJournal journal, TimeProvider time)
{
    public Task<List<Firing>> NewestAsync(ProjectId project, int limit, CancellationToken cancellationToken) =>
        database.App.Command("SELECT trigger, cause, outcome, reason, run, at FROM pipelines.firings WHERE project = $1 ORDER BY at DESC LIMIT $2", project, limit)
            .ListAsync(r => new Firing(r.GetString(0), r.GetString(1), Enum.Parse<FiringOutcome>(r.GetString(2)), r.GetString(3), r.IsDBNull(4) ? null : r.GetId<PipelineRunId>(4), r.GetTime(5)), cancellationToken);

    public async Task<DateTimeOffset?> LastTimeAsync(ProjectId project, string trigger, CancellationToken cancellationToken) =>
        await database.App.Command("SELECT max(at) FROM pipelines.firings WHERE project = $1 AND trigger = $2", project, trigger).ScalarAsync<DateTime?>(cancellationToken).ConfigureAwait(false) is { } at
            ? new DateTimeOffset(at, TimeSpan.Zero) : null;

    /// <summary>Starts <paramref name="run"/> unless this cause has fired before, or another run of the pipeline is not over.</summary>
    /// <param name="refusal">Why there is no run to start; null: there is.</param>
    public async Task FireAsync(Caller caller, string trigger, string cause, PipelineRun? run, string? refusal, CancellationToken cancellationToken)
    {
        var started = await database.InTransactionAsync(async (transaction, token) =>
        {
            if (run is not null) await StartRun.LockAsync(transaction, run.Project, run.Pipeline, token).ConfigureAwait(false);
            var (outcome, reason) = run is null ? (FiringOutcome.Refused, refusal!) : await UnderWayAsync(transaction, run, token).ConfigureAwait(false) is { } other
                ? (FiringOutcome.Skipped, $"Run {other} of {run.Pipeline} is not over.")
                : (FiringOutcome.Started, $"Started {run.Pipeline}.");
            var id = outcome is FiringOutcome.Started ? (object)run!.Id : new NpgsqlParameter { Value = DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Uuid };
            var added = await transaction.Command("INSERT INTO pipelines.firings (project, trigger, cause, outcome, reason, run, at) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
                caller.Project, trigger, cause, outcome, reason, id, time.GetUtcMicroseconds()).RunAsync(token).ConfigureAwait(false);
            if (added == 0) return false;
            await journal.AppendAsync(transaction, Fact.Of(caller, $"trigger.{outcome.ToString().ToLowerInvariant()}", new Subject("trigger", trigger),
                new { cause, reason, run = outcome is FiringOutcome.Started ? run!.Id : (PipelineRunId?)null }), token).ConfigureAwait(false);
            if (outcome is not FiringOutcome.Started) return false;
            await transitions.AddAsync(transaction, run!, token).ConfigureAwait(false);
            return true;
        }, cancellationToken).ConfigureAwait(false);
        if (started) queue.Want(run!.Id);
    }

    private static async Task<PipelineRunId?> UnderWayAsync(NpgsqlTransaction transaction, PipelineRun run, CancellationToken cancellationToken) =>
        await transaction.Command("SELECT id FROM pipelines.runs WHERE project = $1 AND pipeline = $2 AND ended_at IS NULL AND reproduces IS NULL LIMIT 1", run.Project, run.Pipeline)
            .ScalarAsync<Guid?>(cancellationToken).ConfigureAwait(false) is { } id ? PipelineRunId.Of(id) : null;
}
