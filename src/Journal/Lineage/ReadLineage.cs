using Takt.Kernel;
using Takt.Records;

namespace Takt.Journal.Lineage;

/// <summary>Walks the edges of a project's facts from a subject: up to what it came from, or down to what came of it. Level by level, so the nearest are told where there are too many.</summary>
internal sealed class ReadLineage(ITaktDatabase database)
{
    public const int MostEdges = 2000;
    public const int MostDepth = 50;

    public async Task<LineageGraph> RunAsync(ProjectId project, Subject subject, LineageDirection direction, int depth, CancellationToken cancellationToken)
    {
        var sql = direction == LineageDirection.Up
            ? "SELECT from_subject, to_subject, relation, min(position) FROM journal.edges WHERE project = $1 AND to_subject = ANY($2) GROUP BY 1, 2, 3 ORDER BY 4 LIMIT $3"
            : "SELECT from_subject, to_subject, relation, min(position) FROM journal.edges WHERE project = $1 AND from_subject = ANY($2) GROUP BY 1, 2, 3 ORDER BY 4 LIMIT $3";
        var seen = new HashSet<string>(StringComparer.Ordinal) { subject.ToString() };
        var edges = new List<LineageStep>();
        var level = new List<string> { subject.ToString() };
        for (var at = 1; at <= depth && level.Count > 0 && edges.Count < MostEdges; at++)
        {
            var found = await database.App.Command(sql, project, level.ToArray(), MostEdges - edges.Count)
                .ListAsync(r => new LineageStep(r.GetString(0), r.GetString(1), r.GetString(2), r.GetInt64(3), at), cancellationToken).ConfigureAwait(false);
            edges.AddRange(found);
            level = [.. found.Select(e => direction == LineageDirection.Up ? e.From : e.To).Where(seen.Add)];
        }
        return new LineageGraph(subject.ToString(), direction, [.. seen], edges, level.Count > 0 || edges.Count >= MostEdges);
    }
}

internal enum LineageDirection { Up, Down }

/// <param name="Position">Of the first fact that told of it.</param>
/// <param name="Depth">Steps from the subject asked for, from 1.</param>
internal sealed record LineageStep(string From, string To, string Relation, long Position, int Depth);

/// <param name="Cut">There is more than was walked.</param>
internal sealed record LineageGraph(string Subject, LineageDirection Direction, IReadOnlyList<string> Subjects, IReadOnlyList<LineageStep> Edges, bool Cut);
