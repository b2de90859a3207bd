using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Takt.Tracking.MLflow;

/// <summary>Writes answers as MLflow does: snake_case, whole numbers as numbers, what is not set left out.</summary>
public static class MLflowAnswers
{
    // The answer is application/json with nosniff, never a page: letters need no escapes.
    internal static readonly JavaScriptEncoder Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;

    private static readonly JsonWriterOptions options = new() { Encoder = Encoder, SkipValidation = true };

    /// <summary>One JSON object, written straight into the response.</summary>
    /// <param name="fields">Writes the object's fields.</param>
    public static async Task AnswerAsync(this HttpContext context, Action<Utf8JsonWriter> fields)
    {
        context.Response.ContentType = "application/json";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        var json = new Utf8JsonWriter(context.Response.BodyWriter, options);
        await using (json.ConfigureAwait(false))
        {
            json.WriteStartObject();
            fields(json);
            json.WriteEndObject();
        }
        await context.Response.BodyWriter.FlushAsync(context.RequestAborted).ConfigureAwait(false);
    }

    /// <summary><c>{}</c></summary>
    public static Task AnswerNothingAsync(this HttpContext context) => context.AnswerAsync(static _ => { });

    /// <summary>A list of key and value; left out where empty.</summary>
    public static void WritePairs(this Utf8JsonWriter json, string name, IReadOnlyCollection<KeyValuePair<string, string>> pairs)
    {
        if (pairs.Count == 0) return;
        json.WriteStartArray(name);
        foreach (var (key, value) in pairs)
        {
            json.WriteStartObject();
            json.WriteString("key"u8, key);
            json.WriteString("value"u8, value);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    /// <summary>A metric's value: NaN is a text, and infinity the largest number there is, as MLflow's server answers.</summary>
    public static void WriteMetricValue(this Utf8JsonWriter json, double value)
    {
        if (double.IsNaN(value)) json.WriteString("value"u8, "NaN"u8);
        else json.WriteNumber("value"u8, Math.Clamp(value, -double.MaxValue, double.MaxValue));
    }
}
