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
        var inputs = string.Concat(reference.Columns.Select((c, i) =>
            $", {(types.ContainsKey($"in_{c.Name}") ? ColumnSql.Value(c.Kind, $"s.{DuckSql.Name($"in_{c.Name}")}") : ColumnSql.Absent(c.Kind))} AS c{i}"));
        connection.Execute($"""
            CREATE OR REPLACE TEMP VIEW answers AS
            SELECT s.request_id, epoch_us(s.event_time) // {reference.BlockSeconds}000000 AS block, CAST(s.score AS DOUBLE) AS score{inputs}
            FROM {ColumnSql.Files(source.Segments)} AS s WHERE {Rows(source)}
            """, cancellationToken);
        connection.Execute(source.Truths.Count == 0
            ? "CREATE OR REPLACE TEMP VIEW judged AS SELECT *, NULL::DOUBLE AS label FROM answers"
            : $"""
            CREATE OR REPLACE TEMP VIEW judged AS SELECT a.*, t.label FROM answers AS a
            LEFT JOIN (SELECT request_id, CAST(arg_max(label, arrived_at) AS DOUBLE) AS label FROM {ColumnSql.Files(source.Truths)} WHERE {Within("event_time", source)} GROUP BY request_id) AS t USING (request_id)
            """, cancellationToken);
        return ProfileSums.Read(connection, reference.BlockSeconds, reference.Probability, columns, cancellationToken);
    }

    /// <summary>The first event of the revision at or after a time; null: none.</summary>
    public static DateTimeOffset? FirstEvent(DuckConnection connection, IReadOnlyList<string> segments, int revision, DateTimeOffset from)
    {
        if (segments.Count == 0) return null;
        var first = connection.Scalar<long?>($"SELECT min(epoch_us(s.event_time)) FROM {ColumnSql.Files(segments)} AS s WHERE {Rows(new Source(segments, [], revision, from, DateTimeOffset.MaxValue))}");
        return first is { } microseconds ? DateTimeOffset.UnixEpoch.AddMicroseconds(microseconds) : null;
    }

    private static string Rows(Source source) => string.Create(CultureInfo.InvariantCulture,
        $"NOT s.shadow AND s.revision = {source.Revision} AND s.status < 400 AND {Within("s.event_time", source)}");

    private static string Within(string time, Source source) => string.Create(CultureInfo.InvariantCulture, $"epoch_us({time}) >= {Micros(source.From)} AND epoch_us({time}) < {Micros(source.To)}");

    private static long Micros(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
}
