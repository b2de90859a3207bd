using Takt.Artifacts;
using Takt.Kernel;

namespace Takt.Serving;

/// <summary>The log as its readers want it: Parquet files, whole as of now.</summary>
internal sealed class InferenceLogReader(DataPlaneBoard board, SegmentConverter converter, TruthBook truths, SegmentStore store, IArtifactStore artifacts, TimeProvider time) : IInferenceLog
{
    private static readonly TimeSpan SealWithin = TimeSpan.FromSeconds(5);

    public async Task<IReadOnlyList<string>> SegmentsAsync(ProjectId project, string deployment, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        await SealAsync(cancellationToken).ConfigureAwait(false);
        var paths = new List<string>();
        foreach (var blob in await store.BlobsAsync(project, deployment, from, to, cancellationToken).ConfigureAwait(false))
            paths.Add(await artifacts.LocalPathAsync(project, blob, cancellationToken).ConfigureAwait(false));
        return paths;
    }

    public async Task<IReadOnlyList<string>> TruthsAsync(ProjectId project, string deployment, CancellationToken cancellationToken)
    {
        var key = new DeploymentKey(project, deployment);
        var paths = new List<string>();
        foreach (var segment in truths.Labelled(key))
        {
            var blob = await store.TruthBlobAsync(project, deployment, segment.Segment, segment.Version, cancellationToken).ConfigureAwait(false)
                ?? await WriteTruthsAsync(key, segment.Segment, cancellationToken).ConfigureAwait(false);
            paths.Add(await artifacts.LocalPathAsync(project, blob, cancellationToken).ConfigureAwait(false));
        }
        return paths;
    }

    public async Task<InferenceProgress> ProgressAsync(ProjectId project, string deployment, CancellationToken cancellationToken)
    {
        var (requests, _) = await store.CountsAsync(project, deployment, cancellationToken).ConfigureAwait(false);
        var state = truths.State(new DeploymentKey(project, deployment));
        return new InferenceProgress(requests + state.Requests, state.Truths, Time(state.LastEvent), Time(state.LastTruthEvent));
    }

    private static DateTimeOffset? Time(long? micros) => micros is { } value ? SegmentFormat.Time(value) : null;

    /// <summary>What every live data plane logged so far is here, closed and converted. One that does not answer in time is not waited for.</summary>
    private async Task SealAsync(CancellationToken cancellationToken)
    {
        await board.SealAsync(SealWithin, cancellationToken).ConfigureAwait(false);
        await converter.CaughtUpAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task<Digest> WriteTruthsAsync(DeploymentKey key, string segment, CancellationToken cancellationToken)
    {
        var entries = truths.LabelledEntries(key, segment, out var version);
        var file = converter.TemporaryFile();
        try
        {
            using (var connection = converter.Connect())
            {
                var table = $"truths_{Path.GetFileNameWithoutExtension(file)}";
                connection.Execute($"CREATE TABLE {table} (request_id VARCHAR, label DOUBLE, event_time TIMESTAMP, arrived_at TIMESTAMP)");
                using (var appender = connection.Append(table))
                {
                    foreach (var entry in entries)
                    {
                        appender.Append(entry.Row == 0 ? entry.Id.ToString("N") : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{entry.Id:N}-{entry.Row}"));
                        appender.Append(entry.Label);
                        appender.Append(SegmentFormat.Time(entry.EventTime));
                        appender.Append(SegmentFormat.Time(entry.Arrived));
                        appender.EndRow();
                    }
                    appender.Complete();
                }
                connection.Execute($"COPY {table} TO {Native.DuckDb.DuckSql.Text(file)} (FORMAT parquet, COMPRESSION zstd)");
                connection.Execute($"DROP TABLE {table}");
            }
            Blob blob;
            await using (var content = File.OpenRead(file)) blob = await artifacts.PutAsync(key.Project, content, cancellationToken).ConfigureAwait(false);
            await store.PutTruthBlobAsync(key.Project, key.Name, segment, version, entries.Count, blob.Digest, time.GetUtcMicroseconds(), cancellationToken).ConfigureAwait(false);
            return blob.Digest;
        }
        finally
        {
            File.Delete(file);
        }
    }
}
