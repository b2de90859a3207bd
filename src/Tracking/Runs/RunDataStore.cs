using Npgsql;
using Takt.Kernel;
using Takt.Records;

namespace Takt.Tracking;

/// <summary>Newest metric value of a key.</summary>
internal sealed record LatestMetric(string Key, double Value, long Time, long Step);

/// <summary>What a run has logged, newest values only.</summary>
internal sealed record RunData(List<LatestMetric> Metrics, List<KeyValuePair<string, string>> Params, List<KeyValuePair<string, string>> Tags)
{
    public static RunData Empty() => new([], [], []);
}

/// <summary>Reads the data of many runs with one round trip.</summary>
internal sealed class RunDataStore(ITaktDatabase database)
{
    public async Task<Dictionary<RunId, RunData>> ReadAsync(IReadOnlyList<RunId> runs, CancellationToken cancellationToken)
    {
        var found = runs.ToDictionary(r => r, _ => RunData.Empty());
        if (runs.Count == 0) return found;
        var ids = runs.Select(r => r.Value).ToArray();
        await using var batch = database.App.CreateBatch();
        batch.BatchCommands.Add(Of("SELECT run, key, value, time, step FROM tracking.latest_metrics WHERE run = ANY($1) ORDER BY run, key", ids));
        batch.BatchCommands.Add(Of("SELECT run, key, value FROM tracking.params WHERE run = ANY($1) ORDER BY run, key", ids));
        batch.BatchCommands.Add(Of("SELECT run, key, value FROM tracking.tags WHERE run = ANY($1) ORDER BY run, key", ids));
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            found[reader.GetId<RunId>(0)].Metrics.Add(new LatestMetric(reader.GetString(1), reader.GetDouble(2), reader.GetInt64(3), reader.GetInt64(4)));
        await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false)) found[reader.GetId<RunId>(0)].Params.Add(new(reader.GetString(1), reader.GetString(2)));
        await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false)) found[reader.GetId<RunId>(0)].Tags.Add(new(reader.GetString(1), reader.GetString(2)));
        return found;
    }

    private static NpgsqlBatchCommand Of(string sql, Guid[] ids) => new(sql) { Parameters = { new NpgsqlParameter<Guid[]> { TypedValue = ids } } };
}
