using System.Text.Json;
using Npgsql;
using Takt.Kernel;
using Takt.Records;

namespace Takt.Datasets.Versions;

internal sealed class VersionStore(ITaktDatabase database)
{
    private const string Columns = "dataset, number, digest, manifest, created_at";

    /// <param name="number">Null: the newest.</param>
    public Task<DatasetVersion?> FindAsync(ProjectId project, string dataset, int? number, CancellationToken cancellationToken) =>
        database.App.Command(
            $"SELECT {Columns} FROM datasets.versions WHERE project = $1 AND dataset = $2 AND ($3::int IS NULL OR number = $3) ORDER BY number DESC LIMIT 1",
            project, dataset, Nullable(number)).FirstAsync(Version, cancellationToken);

    public Task<DatasetVersion?> FindAsync(ProjectId project, string dataset, Digest digest, CancellationToken cancellationToken) =>
        database.App.Command($"SELECT {Columns} FROM datasets.versions WHERE project = $1 AND dataset = $2 AND digest = $3 ORDER BY number LIMIT 1", project, dataset, digest)
            .FirstAsync(Version, cancellationToken);

    /// <summary>Newest first, below <paramref name="below"/>.</summary>
    public Task<List<DatasetVersion>> ListAsync(ProjectId project, string dataset, int below, int limit, CancellationToken cancellationToken) =>
        database.App.Command($"SELECT {Columns} FROM datasets.versions WHERE project = $1 AND dataset = $2 AND number < $3 ORDER BY number DESC LIMIT $4", project, dataset, below, limit)
            .ListAsync(Version, cancellationToken);

    /// <summary>The newest version of each of these datasets.</summary>
    public async Task<Dictionary<string, DatasetVersion>> NewestAsync(ProjectId project, string[] datasets, CancellationToken cancellationToken)
    {
        var versions = await database.App.Command(
            $"SELECT DISTINCT ON (dataset) {Columns} FROM datasets.versions WHERE project = $1 AND dataset = ANY($2) ORDER BY dataset, number DESC", project, datasets)
            .ListAsync(Version, cancellationToken).ConfigureAwait(false);
        return versions.ToDictionary(v => v.Name);
    }

    public async Task<DatasetProfile?> ProfileAsync(ProjectId project, string dataset, int number, CancellationToken cancellationToken)
    {
        var text = await database.App.Command("SELECT profile FROM datasets.versions WHERE project = $1 AND dataset = $2 AND number = $3", project, dataset, number)
            .ScalarAsync<string>(cancellationToken).ConfigureAwait(false);
        return text is null ? null : JsonSerializer.Deserialize<DatasetProfile>(text, TaktJson.Options);
    }

    public Task AddAsync(NpgsqlTransaction transaction, ProjectId project, DatasetVersion version, string manifest, DatasetProfile profile, DeliveryId delivery, CancellationToken cancellationToken) =>
        transaction.Command("INSERT INTO datasets.versions VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            project, version.Name, version.Number, version.Digest, manifest, JsonSerializer.Serialize(profile, TaktJson.Options), delivery, version.CreatedAt).RunAsync(cancellationToken);

    private static NpgsqlParameter Nullable(int? number) => new() { Value = (object?)number ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Integer };

    private static DatasetVersion Version(NpgsqlDataReader row)
    {
        var manifest = Manifest.Parse(row.GetString(3));
        return new DatasetVersion(row.GetString(0), row.GetInt32(1), row.GetDigest(2), manifest.Rows, manifest.Schema, manifest.EventFrom, manifest.EventTo, row.GetTime(4), manifest.Parts);
    }
}
