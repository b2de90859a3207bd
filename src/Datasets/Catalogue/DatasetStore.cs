using System.Text.Json;
using Npgsql;
using Takt.Kernel;
using Takt.Records;

namespace Takt.Datasets.Catalogue;

/// <summary>A dataset as the catalogue has it.</summary>
/// <param name="Newest">The newest version's number; 0: none yet.</param>
internal sealed record CatalogueEntry(DatasetSpec Spec, int Newest, DateTimeOffset DefinedAt);

internal sealed class DatasetStore(ITaktDatabase database)
{
    public Task<CatalogueEntry?> FindAsync(ProjectId project, string name, CancellationToken cancellationToken) =>
        database.App.Command("SELECT spec, newest, defined_at FROM datasets.datasets WHERE project = $1 AND name = $2", project, name)
            .FirstAsync(Entry, cancellationToken);

    /// <summary>By name, after <paramref name="after"/>.</summary>
    public Task<List<CatalogueEntry>> ListAsync(ProjectId project, string after, int limit, CancellationToken cancellationToken) =>
        database.App.Command("SELECT spec, newest, defined_at FROM datasets.datasets WHERE project = $1 AND name > $2 ORDER BY name LIMIT $3", project, after, limit)
            .ListAsync(Entry, cancellationToken);

    /// <summary>False: the very same spec stands there already.</summary>
    public async Task<bool> PutAsync(NpgsqlTransaction transaction, Caller caller, DatasetSpec spec, DateTimeOffset at, CancellationToken cancellationToken) =>
        await transaction.Command(
            """
            INSERT INTO datasets.datasets (project, name, spec, defined_by, defined_at) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (project, name) DO UPDATE SET spec = EXCLUDED.spec, defined_by = EXCLUDED.defined_by, defined_at = EXCLUDED.defined_at
            WHERE datasets.spec <> EXCLUDED.spec
            """, caller.Project, spec.Name, JsonSerializer.Serialize(spec, TaktJson.Options), caller.Actor, at).RunAsync(cancellationToken).ConfigureAwait(false) > 0;

    /// <summary>Takes the next number; false where somebody else took it.</summary>
    public async Task<bool> AdvanceAsync(NpgsqlTransaction transaction, ProjectId project, string name, int from, CancellationToken cancellationToken) =>
        await transaction.Command("UPDATE datasets.datasets SET newest = newest + 1 WHERE project = $1 AND name = $2 AND newest = $3", project, name, from)
            .RunAsync(cancellationToken).ConfigureAwait(false) > 0;

    private static CatalogueEntry Entry(NpgsqlDataReader row) =>
        new(JsonSerializer.Deserialize<DatasetSpec>(row.GetString(0), TaktJson.Options)!, row.GetInt32(1), row.GetTime(2));
}
