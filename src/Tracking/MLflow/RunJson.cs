using System.Text.Json;

namespace Takt.Tracking.MLflow;

/// <summary>Runs as MLflow's clients read them.</summary>
internal static class RunJson
{
    public static void WriteRun(this Utf8JsonWriter json, RunRow run, string location, RunData data, RunLinks? links)
    {
        json.WriteInfo("info", run, location);
        json.WriteStartObject("data"u8);
        if (data.Metrics.Count > 0)
        {
            json.WriteStartArray("metrics"u8);
            foreach (var metric in data.Metrics) json.WriteMetric(metric.Key, new Point(metric.Time, metric.Step, metric.Value), null);
            json.WriteEndArray();
        }
        json.WritePairs("params", data.Params);
        json.WritePairs("tags", data.Tags);
        json.WriteEndObject();
        json.WriteStartObject("inputs"u8);
        links?.WriteInputs(json);
        json.WriteEndObject();
        json.WriteStartObject("outputs"u8);
        links?.WriteOutputs(json);
        json.WriteEndObject();
    }

    public static void WriteInfo(this Utf8JsonWriter json, string name, RunRow run, string location)
    {
        Span<char> id = stackalloc char[32];
        run.Id.Value.TryFormat(id, out _, "N");
        json.WriteStartObject(name);
        json.WriteString("run_uuid"u8, id);
        json.WriteString("experiment_id"u8, run.Experiment.ToString(System.Globalization.CultureInfo.InvariantCulture));
        json.WriteString("run_name"u8, run.Name);
        json.WriteString("user_id"u8, run.User);
        json.WriteString("status"u8, run.Status switch
        {
            RunStatus.Running => "RUNNING"u8,
            RunStatus.Scheduled => "SCHEDULED"u8,
            RunStatus.Finished => "FINISHED"u8,
            RunStatus.Failed => "FAILED"u8,
            _ => "KILLED"u8
        });
        json.WriteNumber("start_time"u8, run.StartedAt);
        if (run.EndedAt is { } end) json.WriteNumber("end_time"u8, end);
        json.WriteString("artifact_uri"u8, string.Concat(location, "/", id, "/artifacts"));
        json.WriteString("lifecycle_stage"u8, run.Deleted ? "deleted"u8 : "active"u8);
        json.WriteString("run_id"u8, id);
        json.WriteEndObject();
    }

    /// <param name="run">Null where the answer does not tell it.</param>
    public static void WriteMetric(this Utf8JsonWriter json, string key, Point point, string? run)
    {
        json.WriteStartObject();
        json.WriteString("key"u8, key);
        json.WriteMetricValue(point.Value);
        json.WriteNumber("timestamp"u8, point.Time);
        json.WriteNumber("step"u8, point.Step);
        if (run is not null) json.WriteString("run_id"u8, run);
        json.WriteEndObject();
    }

    public static void WriteExperiment(this Utf8JsonWriter json, TaggedExperiment tagged)
    {
        var experiment = tagged.Experiment;
        json.WriteString("experiment_id"u8, experiment.Id.ToString(System.Globalization.CultureInfo.InvariantCulture));
        json.WriteString("name"u8, experiment.Name);
        json.WriteString("artifact_location"u8, experiment.ArtifactLocation);
        json.WriteString("lifecycle_stage"u8, experiment.Deleted ? "deleted"u8 : "active"u8);
        json.WriteNumber("last_update_time"u8, experiment.UpdatedAt);
        json.WriteNumber("creation_time"u8, experiment.CreatedAt);
        json.WritePairs("tags", tagged.Tags);
    }
}
