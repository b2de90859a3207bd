using Npgsql;
using Takt.Kernel;
using Takt.Records;

namespace Takt.Journal.Tree;

/// <summary>The tree's kept hashes: leaves stand in journal.sequence, all above them in journal.nodes.</summary>
internal static class NodeStore
{
    public static async Task<Dictionary<NodePlace, Digest>> ReadAsync(NpgsqlCommand command, IReadOnlyCollection<NodePlace> places, CancellationToken cancellationToken)
    {
        command.CommandText = """
            SELECT 0::smallint, position, leaf FROM journal.sequence WHERE position = ANY($1)
            UNION ALL
            SELECT n.level, n.index, n.hash FROM unnest($2::smallint[], $3::bigint[]) AS w (level, index)
            CROSS JOIN LATERAL (SELECT * FROM journal.nodes WHERE level = w.level AND index = w.index LIMIT 1) n
            """;
        var nodes = places.Where(p => p.Level > 0).ToList();
        command.Parameters.Add(new NpgsqlParameter { Value = places.Where(p => p.Level == 0).Select(p => p.Index).ToArray() });
        command.Parameters.Add(new NpgsqlParameter { Value = nodes.Select(p => (short)p.Level).ToArray() });
        command.Parameters.Add(new NpgsqlParameter { Value = nodes.Select(p => p.Index).ToArray() });
        var rows = await command.ListAsync(r => (Place: new NodePlace(r.GetInt16(0), r.GetInt64(1)), Hash: r.GetDigest(2)), cancellationToken).ConfigureAwait(false);
        var found = rows.ToDictionary(r => r.Place, r => r.Hash);
        foreach (var place in places)
            if (!found.ContainsKey(place)) throw new InvalidDataException($"The journal's tree lacks node {place.Index} of level {place.Level}: run `takt audit verify`.");
        return found;
    }
}
