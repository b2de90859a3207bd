using Npgsql;
using NpgsqlTypes;
using Takt.Kernel;
using Takt.Records;

namespace Takt.Tracking;

/// <summary>Writes what a run logs. Metrics alone, the busy path, are one statement and one round trip; the rest is one transaction.</summary>
internal sealed class RunLogStore(ITaktDatabase database)
{
    public async Task<LogOutcome> LogAsync(ProjectId project, RunId run, KeyValues parameters, KeyValues tags, MetricBatch? metrics, CancellationToken cancellationToken)
    {
        if (metrics is { Count: > 0 } && parameters.IsEmpty && tags.IsEmpty)
        {
            using var packed = metrics.Pack();
            await using var command = database.App.CreateCommand(LogMetrics);
            MetricParameters(command.Parameters, project, run, metrics, packed);
            var found = (long)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
            return found == 1 ? LogOutcome.Logged.One : await WhyNotAsync(project, run, cancellationToken).ConfigureAwait(false);
        }
        try
        {
            return await database.InTransactionAsync((transaction, token) => LogAllAsync(transaction, project, run, parameters, tags, metrics, token), cancellationToken).ConfigureAwait(false);
        }
        catch (ParamChangedException e)
        {
            return e.Outcome; // thrown so that the transaction does not commit
        }
    }

    private async Task<LogOutcome> LogAllAsync(NpgsqlTransaction transaction, ProjectId project, RunId run, KeyValues parameters, KeyValues tags, MetricBatch? metrics, CancellationToken cancellationToken)
    {
        var experiment = await transaction.Command("SELECT experiment FROM tracking.runs WHERE id = $1 AND project = $2 AND NOT deleted", run, project)
            .ScalarAsync<long?>(cancellationToken).ConfigureAwait(false);
        if (experiment is null) return await WhyNotAsync(project, run, cancellationToken).ConfigureAwait(false);
        if (!parameters.IsEmpty)
        {
            await transaction.Command("""
                INSERT INTO tracking.params (project, experiment, run, key, value)
                SELECT $1, $2, $3, p.key, p.value FROM unnest($4, $5) AS p(key, value) ORDER BY p.key
                ON CONFLICT (run, key) DO NOTHING
                """, project, experiment, run, parameters.Keys, parameters.Values).RunAsync(cancellationToken).ConfigureAwait(false);
            var changed = await transaction.Command("""
                SELECT p.key, e.value, p.value FROM unnest($2, $3) AS p(key, value) JOIN tracking.params e ON e.run = $1 AND e.key = p.key WHERE e.value <> p.value
                """, run, parameters.Keys, parameters.Values)
                .ListAsync(r => new ParamChange(r.GetString(0), r.GetString(1), r.GetString(2)), cancellationToken).ConfigureAwait(false);
            if (changed.Count > 0) throw new ParamChangedException(new LogOutcome.ParamChanged(changed));
        }
        if (!tags.IsEmpty)
        {
            await transaction.Command("""
                INSERT INTO tracking.tags (project, experiment, run, key, value)
                SELECT $1, $2, $3, t.key, t.value FROM unnest($4, $5) AS t(key, value) ORDER BY t.key
                ON CONFLICT (run, key) DO UPDATE SET value = excluded.value
                """, project, experiment, run, tags.Keys, tags.Values).RunAsync(cancellationToken).ConfigureAwait(false);
            if (tags.Find(RunNames.Tag) is { } name)
                await transaction.Command("UPDATE tracking.runs SET name = $2 WHERE id = $1", run, name).RunAsync(cancellationToken).ConfigureAwait(false);
        }
        if (metrics is { Count: > 0 })
        {
            using var packed = metrics.Pack();
            await using var command = new NpgsqlCommand(LogMetrics, transaction.Connection, transaction);
            MetricParameters(command.Parameters, project, run, metrics, packed);
            await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false);
        }
        return LogOutcome.Logged.One;
    }

    private async Task<LogOutcome> WhyNotAsync(ProjectId project, RunId run, CancellationToken cancellationToken) =>
        await database.App.Command("SELECT deleted FROM tracking.runs WHERE id = $1 AND project = $2", run, project).ScalarAsync<bool?>(cancellationToken).ConfigureAwait(false) is null
            ? LogOutcome.NoRun.One
            : LogOutcome.RunDeleted.One;

    private const string LogMetrics = """
        WITH r AS (SELECT id, project, experiment FROM tracking.runs WHERE id = $1 AND project = $2 AND NOT deleted),
        t AS (INSERT INTO tracking.metric_tail (project, run, points, data) SELECT project, id, $3, $4 FROM r),
        l AS (
            INSERT INTO tracking.latest_metrics AS old (project, experiment, run, key, value, time, step)
            SELECT r.project, r.experiment, r.id, m.key, m.value, m.time, m.step FROM r, unnest($5, $6, $7, $8) AS m(key, value, time, step)
            ON CONFLICT (run, key) DO UPDATE SET value = excluded.value, time = excluded.time, step = excluded.step
            WHERE (excluded.step, excluded.time, CASE WHEN excluded.value = 'NaN' THEN 0 ELSE excluded.value END)
                > (old.step, old.time, CASE WHEN old.value = 'NaN' THEN 0 ELSE old.value END))
        SELECT count(*) FROM r
        """;

    private static void MetricParameters(NpgsqlParameterCollection into, ProjectId project, RunId run, MetricBatch metrics, PackedBytes packed)
    {
        var latest = metrics.Latest();
        into.Add(new NpgsqlParameter<Guid> { TypedValue = run.Value });
        into.Add(new NpgsqlParameter<Guid> { TypedValue = project.Value });
        into.Add(new NpgsqlParameter<int> { TypedValue = metrics.Count });
        into.Add(new NpgsqlParameter<ArraySegment<byte>> { TypedValue = packed.Written, NpgsqlDbType = NpgsqlDbType.Bytea });
        into.Add(new NpgsqlParameter<string[]> { TypedValue = latest.Keys });
        into.Add(new NpgsqlParameter<double[]> { TypedValue = latest.Values });
        into.Add(new NpgsqlParameter<long[]> { TypedValue = latest.Times });
        into.Add(new NpgsqlParameter<long[]> { TypedValue = latest.Steps });
    }

    private sealed class ParamChangedException(LogOutcome.ParamChanged outcome) : Exception
    {
        public LogOutcome.ParamChanged Outcome { get; } = outcome;
    }
}
