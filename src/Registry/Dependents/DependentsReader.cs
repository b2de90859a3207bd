using Takt.Journal;
using Takt.Kernel;
using Takt.Records;

namespace Takt.Registry;

/// <summary>Reads out of the journal what came from model versions: revisions, alarms, later versions. What happens downstream is known here without calling anybody.</summary>
internal sealed class DependentsReader(ITaktDatabase database) : IFactSubscriber
{
    public string Name => "registry.dependents";

    // Not every kind: a cursor costs a commit a fact, and runs make many that speak of no version.
    public IReadOnlyList<string> Kinds => ["model.*", "deployment.*", "revision.*", "rollout.*", "monitor.*", "alert.*", "drift.*", "performance.*"];

    public async Task HandleAsync(SequencedFact fact, CancellationToken cancellationToken)
    {
        foreach (var edge in fact.Fact.Edges.Where(e => e.From.Kind == "model-version"))
            await database.App.Command("INSERT INTO registry.dependents (project, version, dependent, relation, position) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
                fact.Fact.Project, edge.From.Name, edge.To.ToString(), edge.Relation, fact.Position).RunAsync(cancellationToken).ConfigureAwait(false);
    }

    public Task<List<Dependent>> ListAsync(ProjectId project, string version, CancellationToken cancellationToken) =>
        database.App.Command("SELECT dependent, relation, position FROM registry.dependents WHERE project = $1 AND version = $2 ORDER BY position, dependent", project, version)
            .ListAsync(r => new Dependent(r.GetString(0), r.GetString(1), r.GetInt64(2)), cancellationToken);
}

/// <param name="What"><c>kind:name</c>.</param>
/// <param name="Position">Of the fact that tells it.</param>
internal sealed record Dependent(string What, string Relation, long Position);
