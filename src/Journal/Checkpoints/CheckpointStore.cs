using Npgsql;
using Takt.Records;

namespace Takt.Journal.Checkpoints;

/// <summary>Reads checkpoints; the sequencer writes them.</summary>
internal static class CheckpointStore
{
    private const string Select = "SELECT i.id, c.size, c.root, c.at, c.key, c.signature FROM journal.checkpoints c CROSS JOIN journal.identity i";

    public static Task<SignedCheckpoint?> LastAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        new NpgsqlCommand($"{Select} ORDER BY c.size DESC LIMIT 1", connection).FirstAsync(Row, cancellationToken);

    public static Task<SignedCheckpoint?> LastAsync(NpgsqlDataSource source, CancellationToken cancellationToken) =>
        source.Command($"{Select} ORDER BY c.size DESC LIMIT 1").FirstAsync(Row, cancellationToken);

    /// <summary>Those of sizes above <paramref name="after"/> up to <paramref name="to"/>, smallest first.</summary>
    public static Task<List<SignedCheckpoint>> RangeAsync(NpgsqlDataSource source, long after, long to, CancellationToken cancellationToken) =>
        source.Command($"{Select} WHERE c.size > $1 AND c.size <= $2 ORDER BY c.size", after, to).ListAsync(Row, cancellationToken);

    private static SignedCheckpoint Row(NpgsqlDataReader row) =>
        new(new Checkpoint(row.GetGuid(0), row.GetInt64(1), row.GetDigest(2), row.GetTime(3), row.GetString(4)), row.GetFieldValue<byte[]>(5));
}
