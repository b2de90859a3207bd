using System.Globalization;
using Npgsql;
using NpgsqlTypes;
using Takt.Journal.Checkpoints;
using Takt.Journal.Facts;
using Takt.Journal.Tree;
using Takt.Kernel;
using Takt.Records;

namespace Takt.Journal.Sequencing;

/// <summary>
/// One round of the sequencer: committed facts without a place get the next positions, in one transaction with the tree's new nodes, the edges,
/// and the checkpoint if one is due. Either all of it stands or nothing; a crash loses no more than the round.
/// </summary>
internal static class SequenceBatch
{
    public const int Limit = 1000;

    /// <summary>The facts that wait, in the order they came in. A slow transaction's fact shows up late; it is taken when it does.</summary>
    public static async Task<List<PendingFact>> WaitingAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        // The LIMIT 1 keeps the planner from a join that reads all facts: of a queue it never knows how short it is.
        var command = new NpgsqlCommand($"""
            SELECT {FactReader.Columns}, p.n FROM (SELECT n, fact FROM journal.pending ORDER BY n LIMIT {Limit}) p
            CROSS JOIN LATERAL (SELECT * FROM journal.facts WHERE id = p.fact LIMIT 1) f ORDER BY p.n
            """, connection);
        return await command.ListAsync(row =>
        {
            var (id, at, fact) = FactReader.Unsequenced(row, 0);
            return new PendingFact(row.GetInt64(9), id, at, fact);
        }, cancellationToken).ConfigureAwait(false);
    }

    /// <param name="tree">Moves on with the facts; where this throws it counts no more and must be read again.</param>
    public static async Task WriteAsync(NpgsqlConnection connection, IReadOnlyList<PendingFact> facts, Frontier tree, Func<Frontier, SignedCheckpoint?> checkpoint, CancellationToken cancellationToken)
    {
        var first = tree.Size;
        var leaves = new byte[facts.Count][];
        var nodes = new List<(NodePlace Place, Digest Hash)>(facts.Count + 8);
        for (var i = 0; i < facts.Count; i++)
        {
            var leaf = FactLeaf.Of(facts[i].Id, facts[i].At, facts[i].Fact);
            leaves[i] = leaf.ToArray();
            tree.Append(leaf, (place, hash) => nodes.Add((place, hash)));
        }

        await using var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await using var batch = new NpgsqlBatch(connection, transaction);
        if (facts.Count > 0)
        {
            Add(batch, """
                INSERT INTO journal.sequence (position, fact, project, kind, subject, leaf)
                SELECT * FROM unnest($1::bigint[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::bytea[])
                """,
                facts.Select((_, i) => first + i).ToArray(), facts.Select(f => f.Id.Value).ToArray(), facts.Select(f => f.Fact.Project.Value).ToArray(),
                facts.Select(f => f.Fact.Kind).ToArray(), facts.Select(f => f.Fact.Subject.ToString()).ToArray(), leaves);
            Add(batch, "DELETE FROM journal.pending WHERE n = ANY($1)", facts.Select(f => f.Number).ToArray());
        }
        if (nodes.Count > 0)
            Add(batch, "INSERT INTO journal.nodes (level, index, hash) SELECT * FROM unnest($1::smallint[], $2::bigint[], $3::bytea[])",
                nodes.Select(n => (short)n.Place.Level).ToArray(), nodes.Select(n => n.Place.Index).ToArray(), nodes.Select(n => n.Hash.ToArray()).ToArray());
        AddEdges(batch, first, facts);
        if (checkpoint(tree) is { } signed)
            Add(batch, "INSERT INTO journal.checkpoints (size, root, at, key, signature) VALUES ($1, $2, $3, $4, $5)",
                signed.Checkpoint.Size, signed.Checkpoint.Root.ToArray(), signed.Checkpoint.At, signed.Checkpoint.Key, signed.Signature);
        Add(batch, "SELECT pg_notify($1, $2)", Listener.Grown, tree.Size.ToString(CultureInfo.InvariantCulture));
        await batch.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
    }

    private static void AddEdges(NpgsqlBatch batch, long first, IReadOnlyList<PendingFact> facts)
    {
        var edges = facts.SelectMany((f, i) => f.Fact.Edges.Select(edge => (Position: first + i, f.Fact.Project, Edge: edge))).ToList();
        if (edges.Count == 0) return;
        Add(batch, """
            INSERT INTO journal.edges (position, project, from_subject, to_subject, relation)
            SELECT * FROM unnest($1::bigint[], $2::uuid[], $3::text[], $4::text[], $5::text[])
            """,
            edges.Select(e => e.Position).ToArray(), edges.Select(e => e.Project.Value).ToArray(), edges.Select(e => e.Edge.From.ToString()).ToArray(),
            edges.Select(e => e.Edge.To.ToString()).ToArray(), edges.Select(e => e.Edge.Relation).ToArray());
    }

    private static void Add(NpgsqlBatch batch, string sql, params object[] values)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var value in values)
            command.Parameters.Add(value is DateTimeOffset at ? new NpgsqlParameter { Value = at, NpgsqlDbType = NpgsqlDbType.TimestampTz } : new NpgsqlParameter { Value = value });
        batch.BatchCommands.Add(command);
    }
}

/// <param name="Number">In journal.pending.</param>
internal sealed record PendingFact(long Number, FactId Id, DateTimeOffset At, Fact Fact);
