using System.Text.Json;
using Npgsql;
using Takt.Journal;
using Takt.Kernel;
using Takt.Records;

namespace Takt.Pipelines.Specs;

/// <summary>Pipelines and triggers as they were asked for, each change a revision with its fact.</summary>
internal sealed class SpecStore(ITaktDatabase database, IJournal journal, TimeProvider time)
{
    public const string Pipeline = "pipeline";
    public const string Trigger = "trigger";

    public async Task<IReadOnlyDictionary<string, T>> ListAsync<T>(ProjectId project, string kind, CancellationToken cancellationToken)
    {
        var rows = await database.App.Command("""
            SELECT name, spec FROM (SELECT DISTINCT ON (name) name, spec, removed FROM pipelines.specs WHERE project = $1 AND kind = $2 ORDER BY name, revision DESC) newest
            WHERE NOT removed ORDER BY name
            """, project, kind).ListAsync(r => (Name: r.GetString(0), Spec: r.GetString(1)), cancellationToken).ConfigureAwait(false);
        return rows.ToDictionary(r => r.Name, r => Parse<T>(r.Spec));
    }

    /// <summary>Of every project: for what runs by itself.</summary>
    public async Task<IReadOnlyList<(ProjectId Project, TriggerSpec Trigger)>> AllTriggersAsync(CancellationToken cancellationToken) =>
        await database.App.Command("""
            SELECT project, spec FROM (SELECT DISTINCT ON (project, name) project, spec, removed FROM pipelines.specs WHERE kind = 'trigger' ORDER BY project, name, revision DESC) newest
            WHERE NOT removed
            """).ListAsync(r => (r.GetId<ProjectId>(0), Parse<TriggerSpec>(r.GetString(1))), cancellationToken).ConfigureAwait(false);

    public async Task<(PipelineSpec Spec, int Revision, SourceState? Source)?> FindPipelineAsync(ProjectId project, string name, CancellationToken cancellationToken)
    {
        var row = await database.App.Command("""
            SELECT s.spec, s.revision, s.removed, c.source FROM pipelines.specs s LEFT JOIN pipelines.sources c USING (project)
            WHERE s.project = $1 AND s.kind = 'pipeline' AND s.name = $2 ORDER BY s.revision DESC LIMIT 1
            """, project, name).FirstAsync(r => Tuple.Create(r.GetString(0), r.GetInt32(1), r.GetBoolean(2), r.GetTextOrNull(3)), cancellationToken).ConfigureAwait(false);
        return row is null or { Item3: true } ? null : (Parse<PipelineSpec>(row.Item1), row.Item2, row.Item4 is null ? null : Parse<SourceState>(row.Item4));
    }

    public Task ReplaceAsync<T>(Caller caller, string kind, IReadOnlyDictionary<string, T> wanted, CancellationToken cancellationToken) =>
        database.InTransactionAsync(async (transaction, token) =>
        {
            var standing = (await transaction.Command("""
                SELECT DISTINCT ON (name) name, revision, spec, removed FROM pipelines.specs WHERE project = $1 AND kind = $2 ORDER BY name, revision DESC
                """, caller.Project, kind).ListAsync(r => (Name: r.GetString(0), Revision: r.GetInt32(1), Spec: r.GetString(2), Removed: r.GetBoolean(3)), token).ConfigureAwait(false))
                .ToDictionary(r => r.Name);
            foreach (var (name, spec) in wanted)
            {
                var text = Write(spec);
                if (standing.TryGetValue(name, out var old) && !old.Removed && old.Spec == text) continue;
                await AddAsync(transaction, caller, kind, name, old.Revision + 1, text, removed: false, token).ConfigureAwait(false);
            }
            foreach (var gone in standing.Values.Where(s => !s.Removed && !wanted.ContainsKey(s.Name)))
                await AddAsync(transaction, caller, kind, gone.Name, gone.Revision + 1, gone.Spec, removed: true, token).ConfigureAwait(false);
        }, cancellationToken);

    public Task KeepSourceAsync(ProjectId project, SourceState source, CancellationToken cancellationToken) =>
        database.App.Command("""
            INSERT INTO pipelines.sources (project, source, at) VALUES ($1, $2, $3) ON CONFLICT (project) DO UPDATE SET source = excluded.source, at = excluded.at
            """, project, Write(source), time.GetUtcMicroseconds()).RunAsync(cancellationToken);

    public static IReadOnlyList<SpecChange> Changes<T>(string kind, IReadOnlyDictionary<string, T> standing, IReadOnlyDictionary<string, T> wanted) =>
    [
        .. wanted.Select(w => !standing.TryGetValue(w.Key, out var old) ? new SpecChange(ChangeVerb.Create, kind, w.Key, [])
            : SpecDifferences.Of(JsonSerializer.SerializeToNode(old, TaktJson.Options), JsonSerializer.SerializeToNode(w.Value, TaktJson.Options)) is { Count: > 0 } lines
                ? new SpecChange(ChangeVerb.Change, kind, w.Key, lines)
                : new SpecChange(ChangeVerb.Keep, kind, w.Key, [])),
        .. standing.Keys.Where(name => !wanted.ContainsKey(name)).Select(name => new SpecChange(ChangeVerb.Remove, kind, name, []))
    ];

    public static string Write<T>(T spec) => JsonSerializer.Serialize(spec, TaktJson.Options);

    public static T Parse<T>(string text) => JsonSerializer.Deserialize<T>(text, TaktJson.Options)!;

    private async Task AddAsync(NpgsqlTransaction transaction, Caller caller, string kind, string name, int revision, string text, bool removed, CancellationToken cancellationToken)
    {
        await transaction.Command("INSERT INTO pipelines.specs (project, kind, name, revision, spec, removed, at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
            caller.Project, kind, name, revision, text, removed, time.GetUtcMicroseconds()).RunAsync(cancellationToken).ConfigureAwait(false);
        await journal.AppendAsync(transaction, Fact.Of(caller, removed ? $"{kind}.removed" : $"{kind}.defined", new Subject(kind, name), new { revision }), cancellationToken).ConfigureAwait(false);
    }
}
