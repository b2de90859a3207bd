using System.Text.Json;
using Takt.Tracking.MLflow;

namespace Takt.Tracking;

/// <summary>Data that a run says it read.</summary>
internal sealed record RunInput(string Name, string Digest, string SourceType, string Source, string? Schema, string? Profile, IReadOnlyList<KeyValuePair<string, string>> Tags);

/// <summary>A logged model that went into a run or came out of it.</summary>
internal sealed record RunModel(string Model, bool Output, long Step);

/// <summary>What went into a run and what came out.</summary>
internal sealed record RunLinks(List<RunInput> Inputs, List<RunModel> Models)
{
    public void WriteInputs(Utf8JsonWriter json)
    {
        if (Inputs.Count > 0)
        {
            json.WriteStartArray("dataset_inputs"u8);
            foreach (var input in Inputs)
            {
                json.WriteStartObject();
                json.WritePairs("tags", input.Tags);
                json.WriteStartObject("dataset"u8);
                json.WriteString("name"u8, input.Name);
                json.WriteString("digest"u8, input.Digest);
                json.WriteString("source_type"u8, input.SourceType);
                json.WriteString("source"u8, input.Source);
                if (input.Schema is not null) json.WriteString("schema"u8, input.Schema);
                if (input.Profile is not null) json.WriteString("profile"u8, input.Profile);
                json.WriteEndObject();
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
        WriteModels(json, "model_inputs", output: false);
    }

    public void WriteOutputs(Utf8JsonWriter json) => WriteModels(json, "model_outputs", output: true);

    private void WriteModels(Utf8JsonWriter json, string name, bool output)
    {
        if (Models.All(m => m.Output != output)) return;
        json.WriteStartArray(name);
        foreach (var model in Models.Where(m => m.Output == output))
        {
            json.WriteStartObject();
            json.WriteString("model_id"u8, model.Model);
            if (output) json.WriteNumber("step"u8, model.Step);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}
