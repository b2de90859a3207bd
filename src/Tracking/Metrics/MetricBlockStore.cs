using System.Runtime.InteropServices;
using System.Text;
using Npgsql;
using NpgsqlTypes;
using Takt.Kernel;
using Takt.Records;

namespace Takt.Tracking;

/// <summary>Folds tails into blocks, and reads both as one history.</summary>
internal sealed class MetricBlockStore(ITaktDatabase database)
{
    internal const int BlockPoints = 1024;

    /// <summary>Moves a run's tail into its blocks. What was logged meanwhile stays in the tail.</summary>
    public Task FoldAsync(ProjectId project, RunId run, CancellationToken cancellationToken) =>
        database.InTransactionAsync(async (transaction, token) =>
        {
            // One fold of a run at a time; readers see the state before or after, never between.
            await transaction.Command("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", $"takt-fold:{run}").RunAsync(token).ConfigureAwait(false);
            var rows = await transaction.Command("SELECT seq, data FROM tracking.metric_tail WHERE run = $1 AND project = $2", run, project)
                .ListAsync(r => (Seq: r.GetInt64(0), Data: r.GetFieldValue<byte[]>(1)), token).ConfigureAwait(false);
            if (rows.Count == 0) return;
            var byKey = new Dictionary<string, List<Point>>(StringComparer.Ordinal);
            foreach (var (_, data) in rows) Gather(data, byKey);
            await MergeAsync(transaction, project, run, byKey, token).ConfigureAwait(false);
            await transaction.Command("DELETE FROM tracking.metric_tail WHERE run = $1 AND seq = ANY($2)", run, rows.Select(r => r.Seq).ToArray()).RunAsync(token).ConfigureAwait(false);
        }, cancellationToken);

    /// <summary>Runs whose tails hold more points than this.</summary>
    public Task<List<(ProjectId Project, RunId Run)>> LongTailsAsync(int points, CancellationToken cancellationToken) =>
        database.App.Command("SELECT project, run FROM tracking.metric_tail GROUP BY project, run HAVING sum(points) > $1", points)
            .ListAsync(r => (r.GetId<ProjectId>(0), r.GetId<RunId>(1)), cancellationToken);

    /// <summary>Points of a key from <paramref name="offset"/> on, at most <paramref name="limit"/>, by time, step, value, each once. Blocks that the page does not touch are not read.</summary>
    public async Task<List<Point>> ReadAsync(ProjectId project, RunId run, string key, long offset, int limit, CancellationToken cancellationToken)
    {
        // One transaction with one snapshot, so that a fold in between moves nothing away from under it.
        await using var connection = await database.App.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellationToken).ConfigureAwait(false);
        var tail = await TailAsync(transaction, project, run, key, cancellationToken).ConfigureAwait(false);
        var heads = await transaction.Command("SELECT block, points, last_time, last_step FROM tracking.metric_blocks WHERE run = $1 AND key = $2 AND project = $3 ORDER BY block", run, key, project)
            .ListAsync(r => new Head(r.GetInt32(0), r.GetInt32(1), r.GetInt64(2), r.GetInt64(3)), cancellationToken).ConfigureAwait(false);

        // Blocks that the tail does not reach into stand as they are; the rest is merged with the tail.
        var firm = tail.Count == 0 ? heads.Count : heads.TakeWhile(h => h.EndsBefore(tail[0])).Count();
        long passed = 0, taken = 0;
        var wanted = new List<int>();
        for (var i = 0; i < firm && passed + taken < offset + limit; i++)
        {
            if (wanted.Count == 0 && passed + heads[i].Points <= offset)
            {
                passed += heads[i].Points;
                continue;
            }
            wanted.Add(heads[i].Block);
            taken += heads[i].Points;
        }
        var page = new List<Point>();
        await AddBlocksAsync(transaction, run, key, wanted, page, cancellationToken).ConfigureAwait(false);
        if (passed + taken < offset + limit)
        {
            await AddBlocksAsync(transaction, run, key, [.. heads.Skip(firm).Select(h => h.Block)], tail, cancellationToken).ConfigureAwait(false);
            Point.Tidy(tail);
            page.AddRange(tail);
        }
        var from = (int)Math.Min(offset - passed, page.Count);
        return page.GetRange(from, Math.Min(limit, page.Count - from));
    }

    /// <summary>Reads the points of one key out of a tail row.</summary>
    internal static void Gather(ReadOnlySpan<byte> data, ReadOnlySpan<byte> key, List<Point> into)
    {
        var reader = new PackedReader(data);
        while (!reader.AtEnd)
            if (reader.Text().SequenceEqual(key)) reader.Points(into);
            else reader.SkipPoints();
    }

    internal static void Gather(ReadOnlySpan<byte> data, Dictionary<string, List<Point>> into)
    {
        var reader = new PackedReader(data);
        while (!reader.AtEnd)
        {
            var key = Encoding.UTF8.GetString(reader.Text());
            ref var points = ref CollectionsMarshal.GetValueRefOrAddDefault(into, key, out _);
            reader.Points(points ??= []);
        }
    }

    private static async Task<List<Point>> TailAsync(NpgsqlTransaction transaction, ProjectId project, RunId run, string key, CancellationToken cancellationToken)
    {
        var points = new List<Point>();
        var name = Encoding.UTF8.GetBytes(key);
        await using var command = transaction.Command("SELECT data FROM tracking.metric_tail WHERE run = $1 AND project = $2 ORDER BY seq", run, project);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false)) Gather(reader.GetFieldValue<byte[]>(0), name, points);
        Point.Tidy(points);
        return points;
    }

    private static async Task AddBlocksAsync(NpgsqlTransaction transaction, RunId run, string key, List<int> wanted, List<Point> into, CancellationToken cancellationToken)
    {
        if (wanted.Count == 0) return;
        await using var command = transaction.Command("SELECT data FROM tracking.metric_blocks WHERE run = $1 AND key = $2 AND block BETWEEN $3 AND $4 ORDER BY block", run, key, wanted[0], wanted[^1]);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false)) Unpack(reader.GetFieldValue<byte[]>(0), into);
    }

    private static void Unpack(ReadOnlySpan<byte> data, List<Point> into) => new PackedReader(data).Points(into);

    /// <summary>For each key: takes out the blocks that the new points reach into, and the last one while it has room, merges, and puts them back.</summary>
    private static async Task MergeAsync(NpgsqlTransaction transaction, ProjectId project, RunId run, Dictionary<string, List<Point>> byKey, CancellationToken cancellationToken)
    {
        var keys = byKey.Keys.ToArray();
        foreach (var points in byKey.Values) Point.Tidy(points);
        var taken = await transaction.Command("""
            DELETE FROM tracking.metric_blocks b USING unnest($2, $3, $4) AS n(key, time, step)
            WHERE b.run = $1 AND b.key = n.key AND (
                (b.last_time, b.last_step) >= (n.time, n.step)
                OR (b.points < $5 AND b.block = (SELECT max(m.block) FROM tracking.metric_blocks m WHERE m.run = $1 AND m.key = n.key)))
            RETURNING b.key, b.data
            """, run, keys, keys.Select(k => byKey[k][0].Time).ToArray(), keys.Select(k => byKey[k][0].Step).ToArray(), BlockPoints)
            .ListAsync(r => (Key: r.GetString(0), Data: r.GetFieldValue<byte[]>(1)), cancellationToken).ConfigureAwait(false);
        foreach (var (key, data) in taken) Unpack(data, byKey[key]);
        var kept = (await transaction.Command("SELECT key, max(block) FROM tracking.metric_blocks WHERE run = $1 AND key = ANY($2) GROUP BY key", run, keys)
            .ListAsync(r => (Key: r.GetString(0), Last: r.GetInt32(1)), cancellationToken).ConfigureAwait(false)).ToDictionary(k => k.Key, k => k.Last);

        var copy = await transaction.Connection!.BeginBinaryImportAsync(
            "COPY tracking.metric_blocks (project, run, key, block, points, last_time, last_step, data) FROM STDIN (FORMAT BINARY)", cancellationToken).ConfigureAwait(false);
        await using (copy.ConfigureAwait(false))
        {
            foreach (var (key, points) in byKey)
            {
                Point.Tidy(points);
                var block = kept.TryGetValue(key, out var last) ? last + 1 : 0;
                for (var from = 0; from < points.Count; from += BlockPoints)
                {
                    using var packed = Pack(points, from, Math.Min(BlockPoints, points.Count - from));
                    var end = points[Math.Min(from + BlockPoints, points.Count) - 1];
                    await copy.StartRowAsync(cancellationToken).ConfigureAwait(false);
                    await copy.WriteAsync(project.Value, NpgsqlDbType.Uuid, cancellationToken).ConfigureAwait(false);
                    await copy.WriteAsync(run.Value, NpgsqlDbType.Uuid, cancellationToken).ConfigureAwait(false);
                    await copy.WriteAsync(key, NpgsqlDbType.Text, cancellationToken).ConfigureAwait(false);
                    await copy.WriteAsync(block++, NpgsqlDbType.Integer, cancellationToken).ConfigureAwait(false);
                    await copy.WriteAsync(Math.Min(BlockPoints, points.Count - from), NpgsqlDbType.Integer, cancellationToken).ConfigureAwait(false);
                    await copy.WriteAsync(end.Time, NpgsqlDbType.Bigint, cancellationToken).ConfigureAwait(false);
                    await copy.WriteAsync(end.Step, NpgsqlDbType.Bigint, cancellationToken).ConfigureAwait(false);
                    await copy.WriteAsync(packed.Written, NpgsqlDbType.Bytea, cancellationToken).ConfigureAwait(false);
                }
            }
            await copy.CompleteAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private static PackedBytes Pack(List<Point> points, int from, int count)
    {
        var packed = new PackedBytes();
        packed.Unsigned((ulong)count);
        long time = 0, step = 0;
        for (var i = from; i < from + count; i++)
        {
            packed.Point(points[i].Time - time, points[i].Step - step, points[i].Value);
            (time, step) = (points[i].Time, points[i].Step);
        }
        return packed;
    }

    private readonly record struct Head(int Block, int Points, long LastTime, long LastStep)
    {
        public bool EndsBefore(Point first) => LastTime < first.Time || LastTime == first.Time && LastStep < first.Step;
    }
}
