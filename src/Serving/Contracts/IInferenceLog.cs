using Takt.Kernel;

namespace Takt.Serving;

/// <summary>
/// What was asked and answered, for those who watch. Parquet columns of a segment: request_id (text, 32 hex digits), caller_id (text, may be null), deployment, revision (int), model_version,
/// model_digest, shadow (bool), received_at (timestamp), event_time (timestamp), latency_us (bigint), status (int), score (float; the first output's first value), and one column <c>in_NAME</c> for each input.
/// Truth columns: request_id, label (double), event_time (of the request), arrived_at. Thread-safe.
/// </summary>
public interface IInferenceLog
{
    /// <summary>Local Parquet files that together hold every logged row of the deployment whose event time is in the window, complete as of now (open segments are sealed first). Rows outside may be among them.</summary>
    Task<IReadOnlyList<string>> SegmentsAsync(ProjectId project, string deployment, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken);

    /// <summary>Local Parquet files with every truth of the deployment that arrived so far.</summary>
    Task<IReadOnlyList<string>> TruthsAsync(ProjectId project, string deployment, CancellationToken cancellationToken);

    /// <summary>How far the log has come.</summary>
    Task<InferenceProgress> ProgressAsync(ProjectId project, string deployment, CancellationToken cancellationToken);
}

/// <param name="Requests">Logged so far, without shadows.</param>
/// <param name="Truths">That arrived and matched a request.</param>
/// <param name="LatestEvent">Highest event time of a logged request; null: none.</param>
/// <param name="LatestTruthEvent">Highest event time of a request whose truth arrived.</param>
public sealed record InferenceProgress(long Requests, long Truths, DateTimeOffset? LatestEvent, DateTimeOffset? LatestTruthEvent);
