using Npgsql;
using Takt.Kernel;
using Takt.Records;

namespace Takt.Registry;

/// <summary>A registered model as lists show it.</summary>
internal sealed record RegisteredModel(string Name, string Description, int Versions, IReadOnlyDictionary<string, int> Aliases, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

internal sealed class ModelStore(ITaktDatabase database, TimeProvider time)
{
    private const string Select = """
        SELECT m.name, m.description, (SELECT count(*)::int FROM registry.versions v WHERE v.model = m.id),
            ARRAY(SELECT a.alias FROM registry.aliases a WHERE a.model = m.id ORDER BY a.alias),
            ARRAY(SELECT a.number FROM registry.aliases a WHERE a.model = m.id ORDER BY a.alias), m.created_at, m.updated_at
        FROM registry.models m
        """;

    public Task<List<RegisteredModel>> ListAsync(ProjectId project, string? after, int limit, CancellationToken cancellationToken) =>
        database.App.Command($"{Select} WHERE m.project = $1 AND ($2::text IS NULL OR m.name > $2) ORDER BY m.name LIMIT $3", project, after, limit).ListAsync(Read, cancellationToken);

    public Task<RegisteredModel?> FindAsync(ProjectId project, string name, CancellationToken cancellationToken) =>
        database.App.Command($"{Select} WHERE m.project = $1 AND m.name = $2", project, name).FirstAsync(Read, cancellationToken);

    /// <summary>The model of that name, made if missing, and locked until the transaction ends.</summary>
    public async Task<Guid> EnsureAsync(NpgsqlTransaction transaction, ProjectId project, string name, CancellationToken cancellationToken) =>
        await transaction.Command("""
            INSERT INTO registry.models (id, project, name, created_at, updated_at) VALUES ($1, $2, $3, $4, $4)
            ON CONFLICT (project, name) DO UPDATE SET updated_at = excluded.updated_at RETURNING id
            """, Guid.CreateVersion7(time.GetUtcNow()), project, name, time.GetUtcMicroseconds()).ScalarAsync<Guid>(cancellationToken).ConfigureAwait(false);

    private static RegisteredModel Read(NpgsqlDataReader row) => new(row.GetString(0), row.GetString(1), row.GetInt32(2),
        row.GetFieldValue<string[]>(3).Zip(row.GetFieldValue<int[]>(4)).ToDictionary(a => a.First, a => a.Second), row.GetTime(5), row.GetTime(6));
}
