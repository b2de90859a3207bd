using System.Text.Json;
using Npgsql;
using Takt.Kernel;
using Takt.Records;

namespace Takt.Monitoring;

/// <summary>The windows that were looked at. Thread-safe.</summary>
internal sealed class WindowStore(ITaktDatabase database)
{
    public Task PutAsync(NpgsqlTransaction transaction, ProjectId project, MonitorWindow window, CancellationToken cancellationToken) =>
        transaction.Command("""
            INSERT INTO monitoring.windows (project, monitor, window_from, window_to, revision, model_version, status, rows, truths, figures, findings, looked_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
            ON CONFLICT (project, monitor, window_from, revision) DO UPDATE SET status = excluded.status, rows = excluded.rows, truths = excluded.truths,
                figures = excluded.figures, findings = excluded.findings, looked_at = excluded.looked_at
            """, project, window.Monitor, window.From, window.To, window.Revision, window.ModelVersion, window.Status, window.Rows, window.Truths,
            window.Figures is null ? null : JsonSerializer.Serialize(window.Figures, TaktJson.Options), JsonSerializer.Serialize(window.Findings, TaktJson.Options), window.LookedAt)
            .RunAsync(cancellationToken);

    /// <summary>Windows of older revisions no longer wait for truth.</summary>
    public Task SupersedeAsync(NpgsqlTransaction transaction, ProjectId project, string monitor, int revision, CancellationToken cancellationToken) =>
        transaction.Command("""
            UPDATE monitoring.windows SET status = 'Superseded' WHERE project = $1 AND monitor = $2 AND revision <> $3 AND status = 'AwaitingTruth'
            """, project, monitor, revision).RunAsync(cancellationToken);

    public Task<List<MonitorWindow>> AwaitingAsync(ProjectId project, string monitor, int revision, CancellationToken cancellationToken) =>
        database.App.Command($"{Select} WHERE project = $1 AND monitor = $2 AND revision = $3 AND status = 'AwaitingTruth' ORDER BY window_from",
            project, monitor, revision).ListAsync(Read, cancellationToken);

    /// <summary>Newest first.</summary>
    /// <param name="before">Windows that begin before this; null: the newest.</param>
    public Task<List<MonitorWindow>> ListAsync(ProjectId project, string monitor, DateTimeOffset? before, int limit, CancellationToken cancellationToken) =>
        database.App.Command($"{Select} WHERE project = $1 AND monitor = $2 AND ($3::timestamptz IS NULL OR window_from < $3) ORDER BY window_from DESC, revision DESC LIMIT $4",
            project, monitor, before is { } time ? time : new NpgsqlParameter { Value = DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.TimestampTz }, limit)
            .ListAsync(Read, cancellationToken);

    private const string Select = "SELECT monitor, window_from, window_to, revision, model_version, status, rows, truths, figures, findings, looked_at FROM monitoring.windows";

    private static MonitorWindow Read(NpgsqlDataReader r) => new(r.GetString(0), r.GetTime(1), r.GetTime(2), r.GetInt32(3), r.GetString(4), Enum.Parse<WindowStatus>(r.GetString(5)),
        r.GetInt64(6), r.GetInt64(7), r.GetTextOrNull(8) is { } figures ? JsonSerializer.Deserialize<WindowFigures>(figures, TaktJson.Options) : null,
        JsonSerializer.Deserialize<List<KindFindings>>(r.GetString(9), TaktJson.Options)!, r.GetTime(10));
}
