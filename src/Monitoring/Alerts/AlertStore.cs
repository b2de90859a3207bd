using System.Text.Json;
using Npgsql;
using Takt.Kernel;
using Takt.Records;

namespace Takt.Monitoring;

/// <summary>The alerts. Thread-safe.</summary>
internal sealed class AlertStore(ITaktDatabase database)
{
    public Task<List<AlertStanding>> ListAsync(ProjectId project, IReadOnlyList<AlertState> states, int limit, CancellationToken cancellationToken) =>
        database.App.Command($"{Select} WHERE project = $1 AND state = ANY($2) ORDER BY raised_at DESC, id DESC LIMIT $3",
            project, states.Select(s => s.ToString()).ToArray(), limit).ListAsync(Read, cancellationToken);

    public Task<AlertStanding?> FindAsync(ProjectId project, AlertId id, CancellationToken cancellationToken) =>
        database.App.Command($"{Select} WHERE project = $1 AND id = $2", project, id).FirstAsync(Read, cancellationToken);

    /// <summary>The one that stands, locked for the transaction; null: none.</summary>
    public Task<AlertStanding?> StandingAsync(NpgsqlTransaction transaction, ProjectId project, string monitor, AlertKind kind, CancellationToken cancellationToken) =>
        transaction.Command($"{Select} WHERE project = $1 AND monitor = $2 AND kind = $3 AND state <> 'Resolved' FOR UPDATE", project, monitor, kind).FirstAsync(Read, cancellationToken);

    public Task<List<AlertStanding>> StandingAsync(NpgsqlTransaction transaction, ProjectId project, string monitor, CancellationToken cancellationToken) =>
        transaction.Command($"{Select} WHERE project = $1 AND monitor = $2 AND state <> 'Resolved' FOR UPDATE", project, monitor).ListAsync(Read, cancellationToken);

    public Task AddAsync(NpgsqlTransaction transaction, ProjectId project, Alert alert, CancellationToken cancellationToken) =>
        transaction.Command("""
            INSERT INTO monitoring.alerts (id, project, monitor, kind, severity, state, alert, windows, latest_to, raised_at) VALUES ($1, $2, $3, $4, $5, 'Open', $6, 1, $7, $8)
            """, alert.Id, project, alert.Monitor, alert.Kind, alert.Severity, JsonSerializer.Serialize(alert, TaktJson.Options), alert.WindowTo, alert.At).RunAsync(cancellationToken);

    /// <summary>Another window shows it.</summary>
    public Task ExtendAsync(NpgsqlTransaction transaction, AlertId id, AlertSeverity severity, DateTimeOffset latestTo, CancellationToken cancellationToken) =>
        transaction.Command("UPDATE monitoring.alerts SET windows = windows + 1, latest_to = $2, severity = $3 WHERE id = $1", id, latestTo, severity).RunAsync(cancellationToken);

    public Task ResolveAsync(NpgsqlTransaction transaction, AlertId id, string because, DateTimeOffset at, CancellationToken cancellationToken) =>
        transaction.Command("UPDATE monitoring.alerts SET state = 'Resolved', resolved_at = $2, resolved_because = $3 WHERE id = $1", id, at, because).RunAsync(cancellationToken);

    public Task AcknowledgeAsync(NpgsqlTransaction transaction, AlertId id, ActorId by, string note, DateTimeOffset at, CancellationToken cancellationToken) =>
        transaction.Command("UPDATE monitoring.alerts SET state = 'Acknowledged', acknowledged_by = $2, acknowledged_at = $3, note = $4 WHERE id = $1 AND state <> 'Resolved'", id, by, at, note)
            .RunAsync(cancellationToken);

    private const string Select = """
        SELECT alert, state, severity, windows, latest_to, acknowledged_by, acknowledged_at, note, resolved_at, resolved_because FROM monitoring.alerts
        """;

    private static AlertStanding Read(NpgsqlDataReader r) => new(JsonSerializer.Deserialize<Alert>(r.GetString(0), TaktJson.Options)!, Enum.Parse<AlertState>(r.GetString(1)),
        Enum.Parse<AlertSeverity>(r.GetString(2)), r.GetInt32(3), r.GetTime(4), r.IsDBNull(5) ? null : r.GetId<ActorId>(5), r.IsDBNull(6) ? null : r.GetTime(6), r.GetTextOrNull(7),
        r.IsDBNull(8) ? null : r.GetTime(8), r.GetTextOrNull(9));
}
