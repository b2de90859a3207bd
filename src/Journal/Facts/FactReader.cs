using System.Globalization;
using System.Text;
using Npgsql;
using Takt.Kernel;
using Takt.Records;

namespace Takt.Journal.Facts;

/// <summary>Which sequenced facts are asked for.</summary>
/// <param name="After">Only positions above it.</param>
/// <param name="Before">Only positions below it; null: no bound.</param>
/// <param name="Kinds">Exact, or a prefix with a star; empty: every kind.</param>
internal sealed record FactQuery(ProjectId? Project, long After, long? Before, IReadOnlyList<string> Kinds, string? Subject, bool NewestFirst, int Limit);

/// <summary>Reads facts that have their position.</summary>
internal static class FactReader
{
    internal const string Columns = "f.id, f.project, f.actor, f.kind, f.version, f.subject, f.payload, f.edges, f.at";

    // LIMIT 1: a page is small, whatever the planner thinks; never a join that reads all facts.
    private const string Select = $"SELECT {Columns}, s.position, s.leaf FROM journal.sequence s CROSS JOIN LATERAL (SELECT * FROM journal.facts WHERE id = s.fact LIMIT 1) f WHERE ";

    public static Task<List<SequencedFact>> ReadAsync(NpgsqlDataSource source, FactQuery query, CancellationToken cancellationToken)
    {
        // One text per combination asked for: a single text with "$2 IS NULL OR ..." would lose the indexes once PostgreSQL plans it for all values.
        var values = new List<object?> { query.After };
        var sql = new StringBuilder(Select).Append("s.position > $1");
        string Next(object value)
        {
            values.Add(value);
            return string.Create(CultureInfo.InvariantCulture, $"${values.Count}");
        }

        if (query.Before is { } before) sql.Append(" AND s.position < ").Append(Next(before));
        if (query.Project is { } project) sql.Append(" AND s.project = ").Append(Next(project));
        if (query.Subject is { } subject) sql.Append(" AND s.subject = ").Append(Next(subject));
        if (query.Kinds.Count > 0)
        {
            var exact = query.Kinds.Where(k => !k.EndsWith('*')).ToArray();
            var prefixes = query.Kinds.Where(k => k.EndsWith('*')).Select(k => k[..^1]).ToArray();
            sql.Append(" AND (s.kind = ANY(").Append(Next(exact)).Append(')');
            if (prefixes.Length > 0) sql.Append(" OR EXISTS (SELECT FROM unnest(").Append(Next(prefixes)).Append("::text[]) p WHERE starts_with(s.kind, p))");
            sql.Append(')');
        }
        sql.Append(query.NewestFirst ? " ORDER BY s.position DESC LIMIT " : " ORDER BY s.position LIMIT ").Append(Next(query.Limit));
        return source.Command(sql.ToString(), values.ToArray()).ListAsync(Row, cancellationToken);
    }

    public static Task<SequencedFact?> FindAsync(NpgsqlDataSource source, ProjectId project, long position, CancellationToken cancellationToken) =>
        source.Command($"{Select}s.position = $1 AND s.project = $2", position, project).FirstAsync(Row, cancellationToken);

    /// <summary>A row of <see cref="Columns"/>, position, leaf.</summary>
    public static SequencedFact Row(NpgsqlDataReader row)
    {
        var (id, at, fact) = Unsequenced(row, 0);
        return new SequencedFact(row.GetInt64(9), id, at, fact, row.GetDigest(10));
    }

    /// <summary>The columns of <see cref="Columns"/>, starting at <paramref name="first"/>.</summary>
    public static (FactId Id, DateTimeOffset At, Fact Fact) Unsequenced(NpgsqlDataReader row, int first)
    {
        var fact = new Fact(row.GetId<ProjectId>(first + 1), row.GetId<ActorId>(first + 2), row.GetString(first + 3), row.GetInt32(first + 4),
            Subject.Parse(row.GetString(first + 5)), row.GetString(first + 6), EdgeText.Read(row.GetString(first + 7)));
        return (row.GetId<FactId>(first), row.GetTime(first + 8), fact);
    }
}
