using System.Text.Json;

namespace Takt.Serving;

/// <summary>
/// MLflow's scoring protocol: <c>dataframe_split</c>, <c>dataframe_records</c>, and <c>inputs</c> as named columns. For those who come from there; it
/// goes through a document and costs a few microseconds more than the v2 path.
/// </summary>
internal static class InvocationsParser
{
    public static void Parse(ReadOnlySpan<byte> body, InferenceLane lane, InferCall call)
    {
        try
        {
            var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = 12 });
            using var document = JsonDocument.ParseValue(ref reader);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object) throw RefusedRequestException.Malformed("The body is no JSON object.");
            if (root.TryGetProperty("params", out var parameters) && parameters.ValueKind == JsonValueKind.Object && parameters.TryGetProperty("event_time", out var at))
                call.EventTime = at.ValueKind == JsonValueKind.String && at.TryGetDateTimeOffset(out var time) ? SegmentFormat.Micros(time) : throw RefusedRequestException.Malformed("'event_time' is no time.");
            if (root.TryGetProperty("dataframe_split", out var split)) Split(split, lane);
            else if (root.TryGetProperty("dataframe_records", out var records)) Records(records, lane);
            else if (root.TryGetProperty("inputs", out var inputs)) Columns(inputs, lane);
            else throw RefusedRequestException.Malformed("The body has none of dataframe_split, dataframe_records, inputs.");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw RefusedRequestException.Malformed("The body is no JSON of the form that /invocations takes.");
        }
    }

    public static void WriteAnswer(JsonBuffer json, ServedRevision arm, InferenceLane lane, Guid id)
    {
        json.Raw("{\"predictions\":["u8);
        for (var row = 0; row < lane.Rows; row++)
        {
            if (row > 0) json.Raw((byte)',');
            lane.Outputs[0].WriteRow(json, row, lane.Rows);
        }
        json.Raw("],\"request_id\":\""u8);
        json.Id(id);
        json.Raw("\",\"model_version\":"u8);
        json.Text(arm.Spec.ModelVersion);
        json.Raw((byte)'}');
    }

    private static void Split(JsonElement split, InferenceLane lane)
    {
        var columns = split.TryGetProperty("columns", out var named) ? named.EnumerateArray().Select(c => c.GetString()!).ToArray() : [];
        var data = split.GetProperty("data");
        var rows = data.GetArrayLength();
        Begin(lane, rows);
        foreach (var input in lane.Inputs)
        {
            var at = lane.Inputs.Length == 1 && input.Width > 1 ? 0 : Array.IndexOf(columns, input.Name);
            if (at < 0) throw RefusedRequestException.Mismatch($"Column '{input.Name}' is missing.");
            var row = 0;
            foreach (var values in data.EnumerateArray())
            {
                for (var i = 0; i < input.Width; i++) Set(input, row * input.Width + i, values[at + i]);
                row++;
            }
        }
    }

    private static void Records(JsonElement records, InferenceLane lane)
    {
        Begin(lane, records.GetArrayLength());
        foreach (var input in lane.Inputs)
        {
            var row = 0;
            foreach (var record in records.EnumerateArray())
            {
                if (!record.TryGetProperty(input.Name, out var value)) throw RefusedRequestException.Mismatch($"Column '{input.Name}' is missing in row {row}.");
                SetRow(input, row++, value);
            }
        }
    }

    private static void Columns(JsonElement inputs, InferenceLane lane)
    {
        var rows = -1;
        foreach (var input in lane.Inputs)
        {
            if (!inputs.TryGetProperty(input.Name, out var column)) throw RefusedRequestException.Mismatch($"Column '{input.Name}' is missing.");
            var length = column.GetArrayLength();
            if (rows < 0) Begin(lane, rows = length);
            else if (rows != length) throw RefusedRequestException.Mismatch("The columns have different lengths.");
            var row = 0;
            foreach (var value in column.EnumerateArray()) SetRow(input, row++, value);
        }
    }

    private static void Begin(InferenceLane lane, int rows)
    {
        if (rows == 0) throw RefusedRequestException.Malformed("There is no row.");
        if (lane.Inputs.FirstOrDefault(i => i.FixedRows is { } one && one != rows) is { } fix) throw RefusedRequestException.Mismatch($"Input '{fix.Name}' takes {fix.FixedRows} rows at a time, not {rows}.");
        if (lane.Inputs.Length > 1 && lane.Inputs.FirstOrDefault(i => i.Width > 1) is { } wide && rows > 1 << 20) throw RefusedRequestException.Mismatch($"Too many rows for input '{wide.Name}'.");
        lane.SetRows(rows);
    }

    private static void SetRow(LaneInput input, int row, JsonElement value)
    {
        if (input.Width == 1 && value.ValueKind != JsonValueKind.Array)
        {
            Set(input, row, value);
            return;
        }
        if (value.GetArrayLength() != input.Width) throw RefusedRequestException.Mismatch($"Input '{input.Name}' takes {input.Width} values a row.");
        for (var i = 0; i < input.Width; i++) Set(input, row * input.Width + i, value[i]);
    }

    private static void Set(LaneInput input, int index, JsonElement value)
    {
        var reader = new Utf8JsonReader(System.Text.Encoding.UTF8.GetBytes(value.GetRawText()));
        reader.Read();
        if (input.Read(ref reader, index) is { } wrong) throw RefusedRequestException.Mismatch($"Input '{input.Name}': value {index} {wrong}.");
    }
}
