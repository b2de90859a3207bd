using System.Text.Json;
using Takt.Tracking.MLflow;

namespace Takt.Tracking;

/// <summary>A model as a client logged it. Times in milliseconds since 1970.</summary>
/// <param name="Status"><c>LOGGED_MODEL_PENDING</c>, <c>LOGGED_MODEL_READY</c>, <c>LOGGED_MODEL_UPLOAD_FAILED</c>.</param>
internal sealed record LoggedModel(string Id, long Experiment, string Name, string ModelType, string SourceRun, string Status, long CreatedAt, long UpdatedAt,
    IReadOnlyList<KeyValuePair<string, string>> Params, IReadOnlyList<KeyValuePair<string, string>> Tags, IReadOnlyList<LoggedMetric> Metrics)
{
    /// <param name="location">The experiment's.</param>
    public void Write(Utf8JsonWriter json, string location)
    {
        json.WriteStartObject("info"u8);
        json.WriteString("model_id"u8, Id);
        json.WriteString("experiment_id"u8, Experiment.ToString(System.Globalization.CultureInfo.InvariantCulture));
        json.WriteString("name"u8, Name);
        json.WriteNumber("creation_timestamp_ms"u8, CreatedAt);
        json.WriteNumber("last_updated_timestamp_ms"u8, UpdatedAt);
        json.WriteString("artifact_uri"u8, $"{location}/models/{Id}/artifacts");
        json.WriteString("status"u8, Status);
        if (ModelType.Length > 0) json.WriteString("model_type"u8, ModelType);
        if (SourceRun.Length > 0) json.WriteString("source_run_id"u8, SourceRun);
        json.WritePairs("tags", Tags);
        json.WriteEndObject();
        json.WriteStartObject("data"u8);
        json.WritePairs("params", Params);
        if (Metrics.Count > 0)
        {
            json.WriteStartArray("metrics"u8);
            foreach (var metric in Metrics) metric.Write(json, Id);
            json.WriteEndArray();
        }
        json.WriteEndObject();
    }
}

/// <summary>A metric of a logged model, measured by a run on some data.</summary>
internal sealed record LoggedMetric(string Key, double Value, long Time, long Step, RunId Run, string DatasetName, string DatasetDigest)
{
    public void Write(Utf8JsonWriter json, string model)
    {
        json.WriteStartObject();
        json.WriteString("key"u8, Key);
        json.WriteMetricValue(Value);
        json.WriteNumber("timestamp"u8, Time);
        json.WriteNumber("step"u8, Step);
        if (DatasetName.Length > 0) json.WriteString("dataset_name"u8, DatasetName);
        if (DatasetDigest.Length > 0) json.WriteString("dataset_digest"u8, DatasetDigest);
        json.WriteString("model_id"u8, model);
        json.WriteString("run_id"u8, Run.ToString());
        json.WriteEndObject();
    }
}
