using System.Globalization;
using Takt.Native.DuckDb;

namespace Takt.Monitoring;

/// <summary>Sums up a temporary table <c>binned</c> (block, score, label, and a column b0, b1 … for each input, bs for the score) into a profile.</summary>
internal static class ProfileSums
{
    /// <summary>GROUPING takes at most 64 columns; more inputs are counted in several passes over the temporary table.</summary>
    private const int AtOnce = 32;

    private const int NewValuesKept = 10;

    /// <summary>A score of exactly 0 or 1 that is wrong would cost infinitely much.</summary>
    private const string P = "least(greatest(score, 1e-7), 1 - 1e-7)";

    private const string Blocks = $"""
        SELECT block, count(*), coalesce(sum(score), 0), count(label), coalesce(sum(label), 0), coalesce(sum(score) FILTER (label IS NOT NULL), 0),
            coalesce(sum({P} * (1 - {P})) FILTER (label IS NOT NULL), 0),
            coalesce(sum(-ln(CASE WHEN label = 1 THEN {P} ELSE 1 - {P} END)) FILTER (label IS NOT NULL), 0),
            coalesce(sum(ln(CASE WHEN label = 1 THEN {P} ELSE 1 - {P} END) ** 2) FILTER (label IS NOT NULL), 0),
            coalesce(sum(-({P} * ln({P}) + (1 - {P}) * ln(1 - {P}))) FILTER (label IS NOT NULL), 0),
            coalesce(sum((label - score) * (1 - 2 * score)), 0),
            coalesce(sum((1 - 2 * score) ** 2 * {P} * (1 - {P})) FILTER (label IS NOT NULL), 0)
        FROM binned GROUP BY block ORDER BY block
        """;

    /// <param name="columns">Edges and categories; their counts are filled in. The score's comes last.</param>
    public static Profile Read(DuckConnection connection, int blockSeconds, bool probability, IReadOnlyList<ColumnProfile> columns, CancellationToken cancellationToken)
    {
        var blocks = connection.Rows(probability ? Blocks : Blocks.Replace(P, "0.5", StringComparison.Ordinal), cancellationToken).ConvertAll(r => new Block(Long(r[0]) * blockSeconds, Long(r[1]), Number(r[2]), Long(r[3]),
            Number(r[4]), Number(r[5]), Number(r[6]), Number(r[7]), Number(r[8]), Number(r[9]), Number(r[10]), Number(r[11])));
        var place = blocks.Select((b, i) => (b.Start / Math.Max(1, blockSeconds), i)).ToDictionary(p => p.Item1, p => p.i);
        var counts = columns.Select(c => blocks.ConvertAll(_ => new long[c.Bins + 1]).ToArray()).ToArray();
        var strangers = columns.Select(_ => new Dictionary<string, long>(StringComparer.Ordinal)).ToArray();
        var categories = columns.Select(c => c.Categories.Select((name, i) => (name, i)).ToDictionary(p => p.name, p => p.i, StringComparer.Ordinal)).ToArray();

        for (var first = 0; first < columns.Count; first += AtOnce)
        {
            var some = Enumerable.Range(first, Math.Min(AtOnce, columns.Count - first)).Where(i => columns[i].Kind != ColumnKind.Identifier).ToArray();
            foreach (var kind in some.GroupBy(i => columns[i].Kind))
                Count(connection, [.. kind], (i, block, bin, count) => Add(i, place[block], bin, count), cancellationToken);
        }

        var done = columns.Select((c, i) => c with { Counts = counts[i], NewValues = strangers[i].OrderByDescending(p => p.Value).Take(NewValuesKept).ToDictionary() }).ToArray();
        return BlockMerge.Small(new Profile(1, blockSeconds, probability, done[^1], done[..^1], blocks));

        void Add(int column, int block, object? bin, long count)
        {
            var target = counts[column][block];
            if (columns[column].Kind == ColumnKind.Number) target[Long(bin)] += count;
            else if (bin is null) target[^1] += count;
            else if (categories[column].TryGetValue((string)bin, out var at)) target[at] += count;
            else
            {
                target[^2] += count;
                strangers[column][(string)bin] = strangers[column].GetValueOrDefault((string)bin) + count;
            }
        }
    }

    private static void Count(DuckConnection connection, int[] columns, Action<int, long, object?, long> add, CancellationToken cancellationToken)
    {
        // One pass: a grouping set for each column, so at most one of them is not folded away in a row.
        var names = columns.Select(i => $"b{i}").ToArray();
        var sql = $"""
            SELECT block, grouping({string.Join(", ", names)}), coalesce({string.Join(", ", names)}), count(*)
            FROM binned GROUP BY GROUPING SETS ({string.Join(", ", names.Select(n => $"(block, {n})"))})
            """;
        if (names.Length == 1) sql = $"SELECT block, 0, {names[0]}, count(*) FROM binned GROUP BY block, {names[0]}";
        foreach (var row in connection.Rows(sql, cancellationToken))
        {
            var folded = Long(row[1]);
            for (var k = 0; k < columns.Length; k++)
                if ((folded >> (columns.Length - 1 - k) & 1) == 0)
                    add(columns[k], Long(row[0]), row[2], Long(row[3]));
        }
    }

    private static long Long(object? value) => Convert.ToInt64(value is Int128 big ? (long)big : value, CultureInfo.InvariantCulture);

    private static double Number(object? value) => Convert.ToDouble(value, CultureInfo.InvariantCulture);
}
