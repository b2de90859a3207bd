using System.Text.Json;

namespace Takt.Tracking.MLflow;

/// <summary>
/// Reads a log-batch body. By hand, because this is the busiest way in: a metric costs no allocation unless its key is met for the first time in the call.
/// Long for one file: it is one grammar.
/// </summary>
internal static class LogBatchReader
{
    private const int LongestRead = 4 * MLflowNames.LongestKey; // a longer key is refused anyway

    /// <exception cref="MLflowException">It is no such request; the message names the place.</exception>
    public static void Read(ReadOnlySpan<byte> body, LogBatch into)
    {
        try
        {
            var json = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = 16 });
            if (!json.Read()) return;
            if (json.TokenType == JsonTokenType.String)
            {
                Read(System.Text.Encoding.UTF8.GetBytes(json.GetString()!), into); // old clients send their JSON inside a JSON text
                return;
            }
            if (json.TokenType != JsonTokenType.StartObject) throw new MLflowException("BAD_REQUEST", "The request's body must be a JSON object.");
            ReadRequest(ref json, into);
            if (json.Read()) throw new MLflowException("BAD_REQUEST", "The request's body has more than one JSON object.");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new MLflowException("BAD_REQUEST", $"The request's body is no JSON: {e.Message}");
        }
    }

    private static void ReadRequest(ref Utf8JsonReader json, LogBatch into)
    {
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (json.ValueTextEquals("run_id"u8) || json.ValueTextEquals("run_uuid"u8)) into.Run = Text(ref json, "run_id") ?? into.Run;
            else if (json.ValueTextEquals("metrics"u8)) ReadMetrics(ref json, into);
            else if (json.ValueTextEquals("params"u8)) ReadPairs(ref json, "params", into);
            else if (json.ValueTextEquals("tags"u8)) ReadPairs(ref json, "tags", into);
            else Skip(ref json);
        }
    }

    private static void ReadMetrics(ref Utf8JsonReader json, LogBatch into)
    {
        if (!OpenList(ref json, "metrics")) return;
        Span<char> key = stackalloc char[LongestRead];
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            var index = into.MetricCount++;
            if (json.TokenType != JsonTokenType.StartObject) throw Wrong(ref json, $"metrics[{index}]");
            var keyLength = -1;
            double? value = null;
            long? time = null;
            long step = 0;
            string? model = null, dataset = null, digest = null;
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                if (json.ValueTextEquals("key"u8)) keyLength = Key(ref json, key, index);
                else if (json.ValueTextEquals("value"u8)) value = Number(ref json, index);
                else if (json.ValueTextEquals("timestamp"u8)) time = Whole(ref json, "timestamp", index);
                else if (json.ValueTextEquals("step"u8)) step = Whole(ref json, "step", index) ?? 0;
                else if (json.ValueTextEquals("model_id"u8)) model = Text(ref json, $"metrics[{index}].model_id");
                else if (json.ValueTextEquals("dataset_name"u8)) dataset = Text(ref json, $"metrics[{index}].dataset_name");
                else if (json.ValueTextEquals("dataset_digest"u8)) digest = Text(ref json, $"metrics[{index}].dataset_digest");
                else Skip(ref json);
            }
            if (keyLength <= 0) throw MLflowException.MissingValue($"metrics[{index}].key");
            if (value is null) throw MLflowException.MissingValue($"metrics[{index}].value");
            if (time is null) throw MLflowException.MissingValue($"metrics[{index}].timestamp");
            if (index >= LogBatch.MostMetrics) continue; // counted for the message, not kept
            if (time < 0)
                throw MLflowException.InvalidValue($"metrics[{index}].timestamp", $"{time}", $"metric '{key[..keyLength]}' (value={value}). Timestamp must be a nonnegative long (64-bit integer) ");
            var known = into.Metrics.Keys.Count;
            var number = into.Metrics.KeyOf(key[..keyLength]);
            if (number == known) CheckKey(into.Metrics.Keys[number], index);
            into.Metrics.Add(number, time.Value, step, value.Value);
            if (!string.IsNullOrEmpty(model)) into.OfModels.Add((model, new LoggedMetric(into.Metrics.Keys[number], value.Value, time.Value, step, default, dataset ?? "", digest ?? "")));
        }
    }

    private static void CheckKey(string key, int index)
    {
        MLflowNames.Check(key, $"metrics[{index}].name");
        if (key.Length > MLflowNames.LongestKey) throw MLflowException.TooLong("Metric name", MLflowNames.LongestKey);
        if (key.Contains('\0', StringComparison.Ordinal)) throw MLflowException.InvalidText($"metrics[{index}].name", key);
    }

    private static void ReadPairs(ref Utf8JsonReader json, string list, LogBatch into)
    {
        if (!OpenList(ref json, list)) return;
        var isParams = list == "params";
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            var index = isParams ? into.ParamCount++ : into.TagCount++;
            if (json.TokenType != JsonTokenType.StartObject) throw Wrong(ref json, $"{list}[{index}]");
            string? key = null, value = null;
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                if (json.ValueTextEquals("key"u8)) key = Text(ref json, $"{list}[{index}].key");
                else if (json.ValueTextEquals("value"u8)) value = Text(ref json, $"{list}[{index}].value");
                else Skip(ref json);
            }
            if (string.IsNullOrEmpty(key)) throw MLflowException.MissingValue($"{list}[{index}].key");
            if (index >= LogBatch.MostPairs) continue;
            MLflowNames.Check(key, $"{list}[{index}].key");
            MLflowNames.CheckLength(key, MLflowNames.LongestKey, isParams ? "Param key" : $"{list}[{index}].key");
            if (isParams) into.Params.Add(new(key, MLflowNames.CheckLength(value ?? "", MLflowNames.LongestParam, "Param value")));
            else into.Tags[key] = MLflowNames.CheckLength(value ?? "", MLflowNames.LongestTag, $"{list}[{index}].value");
        }
    }

    /// <summary>False where the list is null.</summary>
    private static bool OpenList(ref Utf8JsonReader json, string name)
    {
        json.Read();
        return json.TokenType switch { JsonTokenType.StartArray => true, JsonTokenType.Null => false, _ => throw Wrong(ref json, name) };
    }

    private static string? Text(ref Utf8JsonReader json, string path)
    {
        json.Read();
        if (json.TokenType == JsonTokenType.Null) return null;
        if (json.TokenType != JsonTokenType.String) throw Wrong(ref json, path);
        var text = json.GetString()!;
        return text.Contains('\0', StringComparison.Ordinal) ? throw MLflowException.Invalid($"The value of parameter '{path}' holds a NUL character.") : text;
    }

    private static int Key(ref Utf8JsonReader json, scoped Span<char> into, int index)
    {
        json.Read();
        if (json.TokenType == JsonTokenType.Null) return -1;
        if (json.TokenType != JsonTokenType.String) throw Wrong(ref json, $"metrics[{index}].key");
        return json.ValueSpan.Length <= into.Length ? json.CopyString(into) : throw MLflowException.TooLong("Metric name", MLflowNames.LongestKey);
    }

    private static double? Number(ref Utf8JsonReader json, int index)
    {
        json.Read();
        switch (json.TokenType)
        {
            case JsonTokenType.Null: return null;
            case JsonTokenType.Number when json.TryGetDouble(out var number): return number;
            case JsonTokenType.String when MLflowRequest.TryNumber(json.GetString()!, out var text): return text;
            default: throw Wrong(ref json, $"metrics[{index}].value");
        }
    }

    private static long? Whole(ref Utf8JsonReader json, string field, int index)
    {
        json.Read();
        switch (json.TokenType)
        {
            case JsonTokenType.Null: return null;
            case JsonTokenType.Number when json.TryGetInt64(out var whole): return whole;
            case JsonTokenType.Number when json.TryGetDouble(out var number) && number == Math.Floor(number) && Math.Abs(number) < 9e15: return (long)number;
            case JsonTokenType.String when long.TryParse(json.GetString(), System.Globalization.NumberStyles.AllowLeadingSign, System.Globalization.CultureInfo.InvariantCulture, out var text): return text;
            default: throw Wrong(ref json, $"metrics[{index}].{field}");
        }
    }

    private static void Skip(ref Utf8JsonReader json)
    {
        json.Read();
        json.Skip();
    }

    private static MLflowException Wrong(ref Utf8JsonReader json, string path)
    {
        using var value = JsonDocument.ParseValue(ref json);
        return MLflowException.InvalidValue(path, value.RootElement.GetRawText(), " See the API docs for more information about request parameters.");
    }
}
