using System.Globalization;
using System.Text.Json;
using Takt.Native.DuckDb;

namespace Takt.Monitoring;

/// <summary>
/// Sums rows up into a profile, without holding them: two views give block, score, label and a column c0, c1 … for each input, <c>answers</c> without the label. The numbers
/// and the sums take one pass, the categories another over their own columns.
/// </summary>
internal static class ProfileSums
{
    /// <summary>GROUPING takes at most 64 columns; more categories are counted in several passes.</summary>
    private const int AtOnce = 32;

    private const int NewValuesKept = 10;

    /// <summary>Columns of the blocks' figures before the histograms.</summary>
    private const int Figures = 12;

    /// <summary>A score of exactly 0 or 1 that is wrong would cost infinitely much.</summary>
    private const string P = "least(greatest(score, 1e-7), 1 - 1e-7)";

    private const string Truth = "FILTER (label IS NOT NULL)";

    private const string Blocks = $"""
        block, count(*), coalesce(sum(score), 0), count(label), coalesce(sum(label), 0), coalesce(sum(score) {Truth}, 0),
            coalesce(sum({P} * (1 - {P})) {Truth}, 0),
            coalesce(sum(-ln(CASE WHEN label = 1 THEN {P} ELSE 1 - {P} END)) {Truth}, 0),
            coalesce(sum(ln(CASE WHEN label = 1 THEN {P} ELSE 1 - {P} END) ** 2) {Truth}, 0),
            coalesce(sum(-({P} * ln({P}) + (1 - {P}) * ln(1 - {P}))) {Truth}, 0),
            coalesce(sum((label - score) * (1 - 2 * score)), 0),
            coalesce(sum((1 - 2 * score) ** 2 * {P} * (1 - {P})) {Truth}, 0)
        """;

    /// <param name="columns">Edges and categories; their counts are filled in. The score's comes last.</param>
    public static Profile Read(DuckConnection connection, int blockSeconds, bool probability, IReadOnlyList<ColumnProfile> columns, CancellationToken cancellationToken)
    {
        var numbers = Enumerable.Range(0, columns.Count).Where(i => columns[i].Kind == ColumnKind.Number).ToArray();
        var figures = probability ? Blocks : Blocks.Replace(P, "0.5", StringComparison.Ordinal);
        var rows = connection.Rows($"""
            SELECT {figures}{string.Concat(numbers.Select(i => ", " + ColumnSql.Counts(columns[i], i == columns.Count - 1 ? "CAST(score AS FLOAT)" : $"c{i}")))}
            FROM judged GROUP BY block ORDER BY block
            """, cancellationToken);
        var blocks = rows.ConvertAll(r => new Block(Long(r[0]) * blockSeconds, Long(r[1]), Number(r[2]), Long(r[3]), Number(r[4]), Number(r[5]), Number(r[6]), Number(r[7]), Number(r[8]), Number(r[9]), Number(r[10]), Number(r[11])));
        var counts = columns.Select(c => blocks.ConvertAll(_ => new long[c.Bins + 1]).ToArray()).ToArray();
        for (var block = 0; block < rows.Count; block++)
            for (var k = 0; k < numbers.Length; k++)
                Fill(counts[numbers[k]][block], (string?)rows[block][Figures + k], blocks[block].Rows);

        var place = rows.Select((r, i) => (Block: Long(r[0]), i)).ToDictionary(p => p.Block, p => p.i);
        var strangers = columns.Select(_ => new Dictionary<string, long>(StringComparer.Ordinal)).ToArray();
        foreach (var some in Enumerable.Range(0, columns.Count).Where(i => columns[i].Kind == ColumnKind.Category).Chunk(AtOnce))
            Categories(connection, columns, some, (i, block, category, seen) => Add(counts[i][place[block]], i, category, seen), cancellationToken);

        var done = columns.Select((c, i) => c with { Counts = counts[i], NewValues = strangers[i].OrderByDescending(p => p.Value).Take(NewValuesKept).ToDictionary() }).ToArray();
        return BlockMerge.Small(new Profile(1, blockSeconds, probability, done[^1], done[..^1], blocks));

        void Add(long[] target, int column, int category, (string? Value, long Count) seen)
        {
            if (category >= 0) target[category] += seen.Count;
            else if (seen.Value is null) target[^1] += seen.Count;
            else
            {
                target[^2] += seen.Count;
                strangers[column][seen.Value] = strangers[column].GetValueOrDefault(seen.Value) + seen.Count;
            }
        }

        void Categories(DuckConnection connection, IReadOnlyList<ColumnProfile> columns, int[] some, Action<int, long, int, (string?, long)> add, CancellationToken cancellationToken)
        {
            // A grouping set for each column, so at most one of them is not folded away in a row.
            var names = some.Select(i => $"c{i}").ToArray();
            var known = some.Select(i => columns[i].Categories.Select((name, at) => (name, at)).ToDictionary(p => p.name, p => p.at, StringComparer.Ordinal)).ToArray();
            var sql = names.Length == 1
                ? $"SELECT block, 0, {names[0]}, count(*) FROM answers GROUP BY block, {names[0]}"
                : $"SELECT block, grouping({string.Join(", ", names)}), coalesce({string.Join(", ", names)}), count(*) FROM answers GROUP BY GROUPING SETS ({string.Join(", ", names.Select(n => $"(block, {n})"))})";
            foreach (var row in connection.Rows(sql, cancellationToken))
            {
                var value = (string?)row[2];
                for (var k = 0; k < some.Length; k++)
                    if ((Long(row[1]) >> (some.Length - 1 - k) & 1) == 0)
                        add(some[k], Long(row[0]), value is not null && known[k].TryGetValue(value, out var at) ? at : -1, (value, Long(row[3])));
            }
        }
    }

    /// <summary>Bins as the histogram gives them; what is in none is missing.</summary>
    private static void Fill(long[] target, string? json, long rows)
    {
        var counted = json is null or "null" ? [] : JsonSerializer.Deserialize<long[]>(json)!;
        counted.CopyTo(target, 0);
        target[^1] = rows - counted.Sum();
    }

    private static long Long(object? value) => Convert.ToInt64(value is Int128 big ? (long)big : value, CultureInfo.InvariantCulture);

    private static double Number(object? value) => Convert.ToDouble(value, CultureInfo.InvariantCulture);
}
