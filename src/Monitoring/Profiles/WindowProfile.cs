using System.Globalization;
using Takt.Native.DuckDb;

namespace Takt.Monitoring;

/// <summary>Makes the profile of a window: one pass over the inference log's segments, joined with the truth by request id, in the reference's bins.</summary>
internal static class WindowProfile
{
    /// <param name="Revision">Rows that other revisions answered are left out, and shadowed copies, and errors.</param>
    /// <param name="From">Event time, inclusive.</param>
    /// <param name="To">Event time, exclusive.</param>
    public sealed record Source(IReadOnlyList<string> Segments, IReadOnlyList<string> Truths, int Revision, DateTimeOffset From, DateTimeOffset To);

    public static Profile Make(DuckConnection connection, Profile reference, Source source, CancellationToken cancellationToken)
    {
        IReadOnlyList<ColumnProfile> columns = [.. reference.Columns, reference.Score];
        if (source.Segments.Count == 0) return new Profile(1, reference.BlockSeconds, reference.Probability, reference.Score, reference.Columns, []);
        var types = ReferenceProfile.Types(connection, source.Segments, cancellationToken);
        var bins = columns.Select((c, i) =>
        {
            var name = i == columns.Count - 1 ? "score" : $"in_{c.Name}";
            return $", {(types.ContainsKey(name) ? ReferenceProfile.Bin(c, $"s.{DuckSql.Name(name)}") : Absent(c))} AS b{i}";
        });
        var truth = source.Truths.Count == 0
            ? "SELECT NULL::VARCHAR AS request_id, NULL::DOUBLE AS label WHERE false"
            : $"SELECT request_id, CAST(arg_max(label, arrived_at) AS DOUBLE) AS label FROM {Binning.Files(source.Truths)} GROUP BY request_id";
        connection.Execute($"""
            CREATE OR REPLACE TEMP TABLE binned AS
            SELECT epoch_us(s.event_time) // {reference.BlockSeconds}000000 AS block, CAST(s.score AS DOUBLE) AS score, t.label AS label{string.Concat(bins)}
            FROM {Binning.Files(source.Segments)} AS s LEFT JOIN ({truth}) AS t ON t.request_id = s.request_id
            WHERE {Rows(source)}
            """, cancellationToken);
        return ProfileSums.Read(connection, reference.BlockSeconds, reference.Probability, columns, cancellationToken);
    }

    /// <summary>The first event of the revision at or after a time; null: none.</summary>
    public static DateTimeOffset? FirstEvent(DuckConnection connection, IReadOnlyList<string> segments, int revision, DateTimeOffset from)
    {
        if (segments.Count == 0) return null;
        var first = connection.Scalar<long?>($"SELECT min(epoch_us(s.event_time)) FROM {Binning.Files(segments)} AS s WHERE {Rows(new Source(segments, [], revision, from, DateTimeOffset.MaxValue))}");
        return first is { } microseconds ? DateTimeOffset.UnixEpoch.AddMicroseconds(microseconds) : null;
    }

    private static string Rows(Source source) => string.Create(CultureInfo.InvariantCulture,
        $"NOT s.shadow AND s.revision = {source.Revision} AND s.status < 400 AND epoch_us(s.event_time) >= {Micros(source.From)} AND epoch_us(s.event_time) < {Micros(source.To)}");

    private static long Micros(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    /// <summary>An input that the log has no column for is missing in every row.</summary>
    private static string Absent(ColumnProfile column) => column.Kind == ColumnKind.Number ? (column.Edges.Length + 1).ToString(CultureInfo.InvariantCulture) : "NULL::VARCHAR";
}
