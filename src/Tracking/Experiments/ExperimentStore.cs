using System.Collections.Concurrent;
using System.Globalization;
using Npgsql;
using Takt.Journal;
using Takt.Kernel;
using Takt.Records;

namespace Takt.Tracking;

internal sealed class ExperimentStore(ITaktDatabase database, IJournal journal, TimeProvider time)
{
    private readonly ConcurrentDictionary<long, string> locations = new();

    private const string Columns = "id, name, artifact_location, created_at, updated_at, deleted";

    public Task<Experiment?> FindAsync(ProjectId project, long id, CancellationToken cancellationToken) =>
        database.App.Command($"SELECT {Columns} FROM tracking.experiments WHERE id = $1 AND project = $2", id, project).FirstAsync(Read, cancellationToken);

    public Task<Experiment?> FindAsync(ProjectId project, string name, CancellationToken cancellationToken) =>
        database.App.Command($"SELECT {Columns} FROM tracking.experiments WHERE name = $1 AND project = $2", name, project).FirstAsync(Read, cancellationToken);

    public Task<List<Experiment>> ListAsync(ProjectId project, CancellationToken cancellationToken) =>
        database.App.Command($"SELECT {Columns} FROM tracking.experiments WHERE project = $1 AND NOT deleted ORDER BY id", project).ListAsync(Read, cancellationToken);

    /// <summary>Where an experiment's artifacts lie, as it is told to clients. Never changes, so it is kept in memory.</summary>
    public async ValueTask<string> LocationAsync(long id, CancellationToken cancellationToken)
    {
        if (locations.TryGetValue(id, out var known)) return known;
        var location = await database.App.Command("SELECT artifact_location FROM tracking.experiments WHERE id = $1", id).ScalarAsync<string>(cancellationToken).ConfigureAwait(false) ?? "";
        if (locations.Count < 100_000) locations[id] = location;
        return location;
    }

    /// <summary>Makes it, with its fact; null where the name is taken.</summary>
    /// <param name="id">Null: the next number. Given for number 0 alone.</param>
    /// <param name="location">What a client asked for; null: Takt's own, told by the number.</param>
    public Task<long?> CreateAsync(Caller caller, long? id, string name, string? location, KeyValues tags, CancellationToken cancellationToken) =>
        database.InTransactionAsync(async (transaction, token) =>
        {
            var now = time.GetUtcNow().ToUnixTimeMilliseconds();
            var made = await transaction.Command(id is null
                ? "INSERT INTO tracking.experiments (project, name, artifact_location, created_at, updated_at) VALUES ($1, $2, $3, $4, $4) ON CONFLICT DO NOTHING RETURNING id"
                : "INSERT INTO tracking.experiments (project, name, artifact_location, created_at, updated_at, id) VALUES ($1, $2, $3, $4, $4, $5) ON CONFLICT DO NOTHING RETURNING id",
                id is null ? [caller.Project, name, location ?? "", now] : [caller.Project, name, location ?? "", now, id])
                .ScalarAsync<long?>(token).ConfigureAwait(false);
            if (made is not { } number) return null;
            if (location is null)
                await transaction.Command("UPDATE tracking.experiments SET artifact_location = $2 WHERE id = $1", number, $"mlflow-artifacts:/{number.ToString(CultureInfo.InvariantCulture)}").RunAsync(token).ConfigureAwait(false);
            if (!tags.IsEmpty)
                await transaction.Command("INSERT INTO tracking.experiment_tags (project, experiment, key, value) SELECT $1, $2, t.key, t.value FROM unnest($3, $4) AS t(key, value)",
                    caller.Project, number, tags.Keys, tags.Values).RunAsync(token).ConfigureAwait(false);
            await journal.AppendAsync(transaction, Fact.Of(caller, "experiment.created", Experiment.Subject(number), new { id = number, name }), token).ConfigureAwait(false);
            return made;
        }, cancellationToken);

    internal static Experiment Read(NpgsqlDataReader row) => new(row.GetInt64(0), row.GetString(1), row.GetString(2), row.GetInt64(3), row.GetInt64(4), row.GetBoolean(5));
}
