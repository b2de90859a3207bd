using System.Text.Json;
using Npgsql;
using Takt.Kernel;
using Takt.Records;

namespace Takt.Monitoring;

/// <summary>A monitor and how far it has looked.</summary>
/// <param name="Revision">The deployment's champion when it last looked.</param>
internal sealed record WatchedMonitor(ProjectId Project, MonitorSpec Spec, int? Revision, DateTimeOffset? LookedUntil, DateTimeOffset? CompleteUntil);

/// <summary>The monitors. Thread-safe.</summary>
internal sealed class MonitorStore(ITaktDatabase database, TimeProvider time)
{
    public Task<List<WatchedMonitor>> AllAsync(CancellationToken cancellationToken) =>
        database.App.Command($"{Select} ORDER BY project, name").ListAsync(Read, cancellationToken);

    public Task<List<WatchedMonitor>> ListAsync(ProjectId project, CancellationToken cancellationToken) =>
        database.App.Command($"{Select} WHERE project = $1 ORDER BY name", project).ListAsync(Read, cancellationToken);

    public Task<WatchedMonitor?> FindAsync(ProjectId project, string name, CancellationToken cancellationToken) =>
        database.App.Command($"{Select} WHERE project = $1 AND name = $2", project, name).FirstAsync(Read, cancellationToken);

    public Task PutAsync(NpgsqlTransaction transaction, ProjectId project, MonitorSpec spec, CancellationToken cancellationToken) =>
        transaction.Command("""
            INSERT INTO monitoring.monitors (project, name, spec, created_at) VALUES ($1, $2, $3, $4)
            ON CONFLICT (project, name) DO UPDATE SET spec = excluded.spec
            """, project, spec.Name, JsonSerializer.Serialize(spec, TaktJson.Options), time.GetUtcMicroseconds()).RunAsync(cancellationToken);

    public Task RemoveAsync(NpgsqlTransaction transaction, ProjectId project, string name, CancellationToken cancellationToken) =>
        transaction.Command("DELETE FROM monitoring.monitors WHERE project = $1 AND name = $2", project, name).RunAsync(cancellationToken);

    public Task LookedAsync(NpgsqlTransaction transaction, ProjectId project, string name, int revision, DateTimeOffset? until, CancellationToken cancellationToken) =>
        transaction.Command("UPDATE monitoring.monitors SET revision = $3, looked_until = greatest(looked_until, $4::timestamptz) WHERE project = $1 AND name = $2", project, name, revision, until)
            .RunAsync(cancellationToken);

    public Task CompleteAsync(NpgsqlTransaction transaction, ProjectId project, string name, DateTimeOffset until, CancellationToken cancellationToken) =>
        transaction.Command("UPDATE monitoring.monitors SET complete_until = greatest(complete_until, $3) WHERE project = $1 AND name = $2", project, name, until).RunAsync(cancellationToken);

    private const string Select = "SELECT project, spec, revision, looked_until, complete_until FROM monitoring.monitors";

    private static WatchedMonitor Read(NpgsqlDataReader r) => new(r.GetId<ProjectId>(0), JsonSerializer.Deserialize<MonitorSpec>(r.GetString(1), TaktJson.Options)!,
        r.IsDBNull(2) ? null : r.GetInt32(2), r.IsDBNull(3) ? null : r.GetTime(3), r.IsDBNull(4) ? null : r.GetTime(4));
}
