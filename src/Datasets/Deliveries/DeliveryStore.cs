using System.Text.Json;
using Npgsql;
using Takt.Kernel;
using Takt.Records;

namespace Takt.Datasets.Deliveries;

internal sealed class DeliveryStore(ITaktDatabase database)
{
    private const string Columns = "id, dataset, status, raw, rows, version, note, checks, delivered_at";

    public Task AddAsync(NpgsqlTransaction transaction, Caller caller, Delivery delivery, DeliveryMode mode, CancellationToken cancellationToken) =>
        transaction.Command(
            "INSERT INTO datasets.deliveries (project, id, dataset, status, mode, raw, rows, version, note, checks, delivered_by, delivered_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
            caller.Project, delivery.Id, delivery.Dataset, delivery.Status, mode, delivery.Raw, delivery.Rows,
            new NpgsqlParameter { Value = (object?)delivery.Version ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Integer },
            delivery.Note, JsonSerializer.Serialize(delivery.Checks, TaktJson.Options), caller.Actor, delivery.At).RunAsync(cancellationToken);

    public Task<Delivery?> FindAsync(ProjectId project, string dataset, DeliveryId id, CancellationToken cancellationToken) =>
        database.App.Command($"SELECT {Columns} FROM datasets.deliveries WHERE project = $1 AND dataset = $2 AND id = $3", project, dataset, id).FirstAsync(Row, cancellationToken);

    /// <summary>The accepted delivery of the very same bytes that the newest version still holds: a client that delivers again gets it back.</summary>
    public Task<Delivery?> FindSameAsync(ProjectId project, string dataset, Digest raw, DeliveryMode mode, CancellationToken cancellationToken) =>
        database.App.Command(
            $"""
            SELECT {Columns} FROM datasets.deliveries d
            WHERE project = $1 AND dataset = $2 AND raw = $3 AND status = 'Accepted'
              AND version >= (SELECT coalesce(max(version), 0) FROM datasets.deliveries r WHERE r.project = $1 AND r.dataset = $2 AND r.status = 'Accepted' AND r.mode = 'Replace')
              AND ($4 = 'Append' OR version = (SELECT newest FROM datasets.datasets WHERE project = $1 AND name = $2) AND mode = 'Replace')
            ORDER BY version DESC LIMIT 1
            """, project, dataset, raw, mode).FirstAsync(Row, cancellationToken);

    /// <summary>Newest first, before <paramref name="before"/>.</summary>
    public Task<List<Delivery>> ListAsync(ProjectId project, string dataset, DeliveryId? before, int limit, CancellationToken cancellationToken) =>
        database.App.Command(
            $"SELECT {Columns} FROM datasets.deliveries WHERE project = $1 AND dataset = $2 AND id < $3 ORDER BY id DESC LIMIT $4",
            project, dataset, before ?? new DeliveryId(Guid.AllBitsSet), limit).ListAsync(Row, cancellationToken);

    private static Delivery Row(NpgsqlDataReader row) => new(row.GetId<DeliveryId>(0), row.GetString(1), Enum.Parse<DeliveryStatus>(row.GetString(2)), row.GetDigest(3), row.GetInt64(4),
        row.IsDBNull(5) ? null : row.GetInt32(5), row.GetString(6), JsonSerializer.Deserialize<List<CheckResult>>(row.GetString(7), TaktJson.Options)!, row.GetTime(8));
}
