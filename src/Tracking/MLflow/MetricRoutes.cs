using Microsoft.AspNetCore.Routing;
using Takt.Kernel;

namespace Takt.Tracking.MLflow;

/// <summary><c>/mlflow/metrics/...</c>: histories, one, many, and thinned for charts.</summary>
internal static class MetricRoutes
{
    private const int MostPoints = 25_000;
    private const int MostRuns = 100;
    private const int MostOfARun = 2_500;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapMLflow("GET", "/mlflow/metrics/get-history", Permission.RunsRead, HistoryAsync);
        routes.MapMLflow("GET", "/mlflow/metrics/get-history-bulk", Permission.RunsRead, BulkAsync);
        routes.MapMLflow("GET", "/mlflow/metrics/get-history-bulk-interval", Permission.RunsRead, IntervalAsync);
    }

    private static async Task HistoryAsync(MLflowCall call)
    {
        var request = await call.ReadAsync().ConfigureAwait(false);
        var id = RunRoutes.Named(request);
        var key = request.Required("metric_key");
        var offset = MLflowPage.Offset(request.Text("page_token"));
        var limit = request.Whole("max_results") is { } asked and > 0 ? (int)Math.Min(asked, MostPoints) : MostPoints;
        await RunRoutes.FindAsync(call, id).ConfigureAwait(false);
        var points = await call.Of<MetricBlockStore>().ReadAsync(call.Caller.Project, id, key, offset, limit + 1, call.Stop).ConfigureAwait(false);
        await call.Context.AnswerAsync(json =>
        {
            if (points.Count > 0)
            {
                json.WriteStartArray("metrics"u8);
                for (var i = 0; i < Math.Min(limit, points.Count); i++) json.WriteMetric(key, points[i], null);
                json.WriteEndArray();
            }
            if (points.Count > limit) json.WriteString("next_page_token"u8, MLflowPage.Token(offset + limit));
        }).ConfigureAwait(false);
    }

    private static async Task BulkAsync(MLflowCall call)
    {
        var request = await call.ReadAsync().ConfigureAwait(false);
        var runs = request.Texts("run_id");
        if (runs.Count == 0) throw MLflowException.Invalid("GetMetricHistoryBulk request must specify at least one run_id.");
        if (runs.Count > MostRuns) throw MLflowException.Invalid($"GetMetricHistoryBulk request cannot specify more than {MostRuns} run_ids. Received {runs.Count} run_ids.");
        var key = request.Text("metric_key") ?? throw MLflowException.Invalid("GetMetricHistoryBulk request must specify a metric_key.");
        var limit = (int)Math.Clamp(request.Whole("max_results") ?? MostPoints, 0, MostPoints);
        var found = await ReadAsync(call, runs, key, limit).ConfigureAwait(false);
        await call.Context.AnswerAsync(json =>
        {
            json.WriteStartArray("metrics"u8);
            var left = limit;
            foreach (var (run, points) in found)
                for (var i = 0; i < points.Count && left > 0; i++, left--)
                    json.WriteMetric(key, points[i], run);
            json.WriteEndArray();
        }).ConfigureAwait(false);
    }

    private static async Task IntervalAsync(MLflowCall call)
    {
        var request = await call.ReadAsync().ConfigureAwait(false);
        var runs = request.Texts("run_ids");
        if (runs.Count == 0) throw MLflowException.MissingValue("run_ids");
        if (runs.Count > MostRuns) throw MLflowException.Invalid($"GetMetricHistoryBulkInterval request must specify at most {MostRuns} run_ids. Received {runs.Count} run_ids.");
        var key = request.Required("metric_key");
        var limit = request.Whole("max_results") ?? MostOfARun;
        if (limit is < 1 or > MostOfARun) throw MLflowException.Invalid($"max_results must be between 1 and {MostOfARun}.");
        var (first, last) = (request.Whole("start_step"), request.Whole("end_step"));
        if (first is null != last is null) throw MLflowException.Invalid("If either start step or end step are specified, both must be specified.");
        if (first > last) throw MLflowException.Invalid($"end_step must be greater than start_step. Found start_step={first} and end_step={last}.");
        var found = await ReadAsync(call, runs, key, int.MaxValue).ConfigureAwait(false);
        var chosen = StepSampling.Choose(found.Select(f => f.Points), (int)limit, first, last);
        await call.Context.AnswerAsync(json =>
        {
            if (chosen.Count == 0) return;
            json.WriteStartArray("metrics"u8);
            foreach (var (run, points) in found)
                foreach (var point in StepSampling.Pick(points, chosen))
                    json.WriteMetric(key, point, run);
            json.WriteEndArray();
        }).ConfigureAwait(false);
    }

    /// <summary>Histories of the caller's runs, in the order of their ids; what is no run of the project has none.</summary>
    private static async Task<List<(string Run, List<Point> Points)>> ReadAsync(MLflowCall call, IReadOnlyList<string> runs, string key, int limit)
    {
        var found = new List<(string, List<Point>)>();
        foreach (var text in runs.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
            if (text.Length == 32 && Id.TryParse<RunId>(text, out var run))
                found.Add((text, await call.Of<MetricBlockStore>().ReadAsync(call.Caller.Project, run, key, 0, limit, call.Stop).ConfigureAwait(false)));
        return found;
    }
}
