using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Takt.Kernel;

namespace Takt.Tracking;

/// <summary>Takt's own API: reading. Logging goes by MLflow's.</summary>
internal static class TrackingEndpoints
{
    private const int MostRuns = 500;
    private const int MostPoints = 25_000;

    public static void MapTracking(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/v1/projects/{project}").WithTags("Tracking");
        group.MapGet("/experiments", ExperimentsAsync).Needs(Permission.RunsRead);
        group.MapGet("/runs", RunsAsync).Needs(Permission.RunsRead);
        group.MapGet("/runs/{run}", RunAsync).Needs(Permission.RunsRead);
        group.MapGet("/runs/{run}/metrics/{*key}", HistoryAsync).Needs(Permission.RunsRead);
    }

    private static async Task<IResult> ExperimentsAsync(Caller caller, ExperimentStore experiments, CancellationToken cancellationToken) =>
        Results.Json((await experiments.ListAsync(caller.Project, cancellationToken).ConfigureAwait(false))
            .Select(e => new ShownExperiment(e.Id, e.Name, DateTimeOffset.FromUnixTimeMilliseconds(e.CreatedAt))), TaktJson.Options);

    /// <summary>Newest first. <paramref name="page"/> is the id of the last run seen.</summary>
    private static async Task<IResult> RunsAsync(Caller caller, RunStore runs, RunDataStore data, long? experiment, int? limit, RunId? page, CancellationToken cancellationToken)
    {
        var count = Math.Clamp(limit ?? 50, 1, MostRuns);
        var after = page is { } last ? await runs.FindAsync(caller.Project, last, cancellationToken).ConfigureAwait(false) : null;
        var rows = await runs.ListAsync(caller.Project, experiment, after, count, cancellationToken).ConfigureAwait(false);
        var logged = await data.ReadAsync([.. rows.Select(r => r.Id)], cancellationToken).ConfigureAwait(false);
        return Results.Json(new Page<ShownRun>([.. rows.Select(r => ShownRun.Of(Tracking.Show(r, logged[r.Id], [])))],
            rows.Count == count ? rows[^1].Id.ToString() : null), TaktJson.Options);
    }

    private static async Task<IResult> RunAsync(Caller caller, RunId run, ITracking tracking, CancellationToken cancellationToken) =>
        await tracking.FindAsync(caller.Project, run, cancellationToken).ConfigureAwait(false) is { } found
            ? Results.Json(ShownRun.Of(found), TaktJson.Options)
            : RunRow.NotFound(run).ToHttp();

    /// <summary>By time, step, value. <paramref name="page"/> is the number of points seen.</summary>
    private static async Task<IResult> HistoryAsync(Caller caller, RunId run, string key, RunStore runs, MetricBlockStore blocks, int? limit, long? page, CancellationToken cancellationToken)
    {
        if (await runs.FindAsync(caller.Project, run, cancellationToken).ConfigureAwait(false) is null) return RunRow.NotFound(run).ToHttp();
        var count = Math.Clamp(limit ?? MostPoints, 1, MostPoints);
        var from = Math.Max(0, page ?? 0);
        var points = await blocks.ReadAsync(caller.Project, run, key, from, count, cancellationToken).ConfigureAwait(false);
        return Results.Json(new Page<ShownPoint>([.. points.Select(p => new ShownPoint(p.Time, p.Step, p.Value))],
            points.Count == count ? (from + count).ToString(System.Globalization.CultureInfo.InvariantCulture) : null), TaktJson.Options);
    }

    private sealed record ShownExperiment(long Id, string Name, DateTimeOffset CreatedAt);

    /// <param name="At">Milliseconds since 1970.</param>
    private sealed record ShownPoint(long At, long Step, [property: JsonConverter(typeof(MetricValueJson))] double Value);

    private sealed record ShownRun(RunId Id, long Experiment, string Name, RunStatus Status, DateTimeOffset StartedAt, DateTimeOffset? EndedAt,
        IReadOnlyDictionary<string, string> Params, [property: JsonConverter(typeof(MetricValuesJson))] IReadOnlyDictionary<string, double> Metrics,
        IReadOnlyDictionary<string, string> Tags, IReadOnlyList<RunArtifact> Artifacts)
    {
        public static ShownRun Of(Run run) => new(run.Id, run.Experiment, run.Name, run.Status, run.StartedAt, run.EndedAt, run.Params, run.Metrics, run.Tags, run.Artifacts);
    }

    /// <summary>JSON has no NaN and no infinity: they are written as the texts <c>NaN</c>, <c>Infinity</c>, <c>-Infinity</c>.</summary>
    private sealed class MetricValueJson : JsonConverter<double>
    {
        public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException();

        public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options) => WriteValue(writer, value);

        public static void WriteValue(Utf8JsonWriter writer, double value)
        {
            if (double.IsFinite(value)) writer.WriteNumberValue(value);
            else writer.WriteStringValue(value.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }
    }

    private sealed class MetricValuesJson : JsonConverter<IReadOnlyDictionary<string, double>>
    {
        public override IReadOnlyDictionary<string, double> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException();

        public override void Write(Utf8JsonWriter writer, IReadOnlyDictionary<string, double> value, JsonSerializerOptions options)
        {
            writer.WriteStartObject();
            foreach (var (key, number) in value)
            {
                writer.WritePropertyName(key);
                MetricValueJson.WriteValue(writer, number);
            }
            writer.WriteEndObject();
        }
    }
}
