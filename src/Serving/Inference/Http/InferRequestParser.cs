using System.Text;
using System.Text.Json;

namespace Takt.Serving;

/// <summary>
/// Reads a v2 inference request from its bytes straight into a lane, in one pass where <c>name</c>, <c>shape</c> and <c>datatype</c> stand before
/// <c>data</c> (in whatever order else). Allocates nothing for numbers. What a shape claims is held against the size of the body before any memory is
/// made for it. Long for being one grammar.
/// </summary>
internal static class InferRequestParser
{
    private static readonly JsonReaderOptions Strict = new() { MaxDepth = 12 };

    /// <exception cref="RefusedRequestException">It is malformed, or does not fit the model.</exception>
    public static void Parse(ReadOnlySpan<byte> body, InferenceLane lane, InferCall call)
    {
        try
        {
            var reader = new Utf8JsonReader(body, Strict);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) throw RefusedRequestException.Malformed("The body is no JSON object.");
            var seen = 0UL;
            var rows = 0;
            var inputs = false;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("inputs"u8))
                {
                    if (inputs) throw RefusedRequestException.Malformed("'inputs' stands twice.");
                    inputs = true;
                    ParseInputs(ref reader, body.Length, lane, ref seen, ref rows);
                }
                else if (reader.ValueTextEquals("id"u8)) ParseId(ref reader, call);
                else if (reader.ValueTextEquals("parameters"u8)) ParseParameters(ref reader, call);
                else if (reader.ValueTextEquals("outputs"u8)) ParseOutputs(ref reader, lane, call);
                else Skip(ref reader);
            }
            if (reader.TokenType != JsonTokenType.EndObject || reader.Read()) throw RefusedRequestException.Malformed("Something stands after the JSON object.");
            RequireAll(lane, seen);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or OverflowException)
        {
            throw RefusedRequestException.Malformed(e is JsonException json ? $"The body is no JSON: {Sentence(json.Message)}" : "The body holds text that is no valid UTF-8 or UTF-16.");
        }
    }

    /// <summary>The raw bytes of the first value of an input, for a sticky split; empty where there is none.</summary>
    public static ReadOnlySpan<byte> FirstValue(ReadOnlySpan<byte> body, ReadOnlySpan<byte> input)
    {
        try
        {
            var reader = new Utf8JsonReader(body, Strict);
            while (reader.Read())
            {
                // inputs -> list -> object -> property: depth 3 inside the request's object.
                if (reader.TokenType != JsonTokenType.StartObject || reader.CurrentDepth != 2) continue;
                var start = reader;
                var named = false;
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    var isName = reader.ValueTextEquals("name"u8);
                    reader.Read();
                    if (isName && reader.TokenType == JsonTokenType.String && reader.ValueTextEquals(input)) named = true;
                    reader.Skip();
                }
                if (!named) continue;
                while (start.Read() && start.TokenType == JsonTokenType.PropertyName)
                {
                    var isData = start.ValueTextEquals("data"u8);
                    start.Read();
                    while (isData && start.TokenType == JsonTokenType.StartArray) start.Read();
                    if (isData) return start.TokenType == JsonTokenType.EndArray ? default : start.ValueSpan;
                    start.Skip();
                }
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The parser that follows says what is wrong.
        }
        return default;
    }

    private static void ParseInputs(ref Utf8JsonReader reader, int bodyLength, InferenceLane lane, ref ulong seen, ref int rows)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray) throw RefusedRequestException.Malformed("'inputs' is no list.");
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartObject) throw RefusedRequestException.Malformed("An input is no JSON object.");
            ParseInput(ref reader, bodyLength, lane, ref seen, ref rows);
        }
    }

    private static void ParseInput(ref Utf8JsonReader reader, int bodyLength, InferenceLane lane, ref ulong seen, ref int rows)
    {
        LaneInput? input = null;
        Utf8JsonReader later = default;
        var count = -1;
        bool typed = false, data = false, waits = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("name"u8))
            {
                if (input is not null) throw RefusedRequestException.Malformed("An input's 'name' stands twice.");
                input = FindInput(ref reader, lane, ref seen);
            }
            else if (reader.ValueTextEquals("shape"u8))
            {
                if (count >= 0) throw RefusedRequestException.Malformed("An input's 'shape' stands twice.");
                count = ParseShape(ref reader, bodyLength, out var leading);
                if (rows == 0) rows = leading;
                else if (rows != leading) throw RefusedRequestException.Mismatch($"An input has {leading} rows, another has {rows}.");
            }
            else if (reader.ValueTextEquals("datatype"u8))
            {
                reader.Read();
                if (reader.TokenType != JsonTokenType.String) throw RefusedRequestException.Malformed("An input's 'datatype' is no text.");
                // Without a name yet, what the values turn out to be decides.
                if (input is not null && !Protocol.Fits(reader.ValueSpan, input.IsText))
                    throw RefusedRequestException.Mismatch($"Input '{input.Name}' is {Protocol.Datatype(input.Element)}, which '{Encoding.UTF8.GetString(reader.ValueSpan[..Math.Min(reader.ValueSpan.Length, 20)])}' does not fit.");
                typed = true;
            }
            else if (reader.ValueTextEquals("data"u8))
            {
                if (data) throw RefusedRequestException.Malformed("An input's 'data' stands twice.");
                data = true;
                reader.Read();
                if (input is not null && count >= 0) ParseData(ref reader, lane, input, count, rows);
                else
                {
                    later = reader;
                    waits = true;
                    reader.Skip();
                }
            }
            else Skip(ref reader);
        }
        if (input is null) throw RefusedRequestException.Malformed("An input has no 'name'.");
        if (count < 0) throw RefusedRequestException.Malformed($"Input '{input.Name}' has no 'shape'.");
        if (!typed) throw RefusedRequestException.Malformed($"Input '{input.Name}' has no 'datatype'.");
        if (!data) throw RefusedRequestException.Malformed($"Input '{input.Name}' has no 'data'.");
        if (waits) ParseData(ref later, lane, input, count, rows);
    }

    private static LaneInput FindInput(ref Utf8JsonReader reader, InferenceLane lane, ref ulong seen)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.String) throw RefusedRequestException.Malformed("An input's 'name' is no text.");
        for (var i = 0; i < lane.Inputs.Length; i++)
        {
            if (!reader.ValueTextEquals(lane.Inputs[i].NameUtf8)) continue;
            if ((seen & (1UL << i)) != 0) throw RefusedRequestException.Malformed($"Input '{lane.Inputs[i].Name}' stands twice.");
            seen |= 1UL << i;
            return lane.Inputs[i];
        }
        throw RefusedRequestException.Mismatch($"The model has no input '{Short(reader.GetString()!)}'. It takes: {Names(lane)}.");
    }

    /// <returns>Number of values.</returns>
    private static int ParseShape(ref Utf8JsonReader reader, int bodyLength, out int leading)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray) throw RefusedRequestException.Malformed("An input's 'shape' is no list.");
        var count = 1L;
        leading = 0;
        var rank = 0;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt32(out var dimension) || dimension < 1)
                throw RefusedRequestException.Malformed("A dimension of a 'shape' is no whole number above 0.");
            if (rank++ == 0) leading = dimension;
            count *= dimension;
            // A value takes two bytes in the body, itself and a comma: no more can be in it.
            if (count > bodyLength / 2 + 1) throw RefusedRequestException.Mismatch($"A 'shape' claims {count} values or more, which a body of {bodyLength} bytes cannot hold.");
        }
        if (rank is 0 or > 8) throw RefusedRequestException.Malformed("A 'shape' has one to eight dimensions.");
        return (int)count;
    }

    private static void ParseData(ref Utf8JsonReader reader, InferenceLane lane, LaneInput input, int count, int rows)
    {
        if (input.FixedRows is { } one && one != rows) throw RefusedRequestException.Mismatch($"Input '{input.Name}' takes {one} rows at a time, not {rows}.");
        if (count != (long)rows * input.Width) throw RefusedRequestException.Mismatch($"Input '{input.Name}' takes {input.Width} values a row; {rows} rows with {count} values do not fit.");
        lane.SetRows(rows);
        if (reader.TokenType != JsonTokenType.StartArray) throw RefusedRequestException.Malformed($"Input '{input.Name}': 'data' is no list.");
        var at = 0;
        var depth = 1;
        while (depth > 0 && reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartArray:
                    depth++;
                    break;
                case JsonTokenType.EndArray:
                    depth--;
                    break;
                default:
                    if (at == count) throw RefusedRequestException.Mismatch($"Input '{input.Name}' has more values than its shape says ({count}).");
                    if (input.Read(ref reader, at) is { } wrong) throw RefusedRequestException.Mismatch($"Input '{input.Name}': value {at} {wrong}.");
                    at++;
                    break;
            }
        }
        if (at != count) throw RefusedRequestException.Mismatch($"Input '{input.Name}' has {at} values; its shape says {count}.");
    }

    private static void ParseId(ref Utf8JsonReader reader, InferCall call)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null) return;
        if (reader.TokenType != JsonTokenType.String) throw RefusedRequestException.Malformed("'id' is no text.");
        if (reader.ValueIsEscaped) call.SetCallerId(reader.GetString()!);
        else call.SetCallerId(reader.ValueSpan);
    }

    private static void ParseParameters(ref Utf8JsonReader reader, InferCall call)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject) throw RefusedRequestException.Malformed("'parameters' is no JSON object.");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isEventTime = reader.ValueTextEquals("event_time"u8);
            reader.Read();
            if (isEventTime) call.EventTime = ReadEventTime(ref reader);
            else reader.Skip();
        }
    }

    /// <summary>A time without an offset is UTC: the data plane's own time zone never matters.</summary>
    private static long ReadEventTime(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.String || !reader.TryGetDateTime(out var time))
            throw RefusedRequestException.Malformed("'event_time' is no time. Write 2001-02-03T10:00:00Z.");
        var utc = time.Kind == DateTimeKind.Local ? time.ToUniversalTime() : DateTime.SpecifyKind(time, DateTimeKind.Utc);
        return SegmentFormat.Micros(utc);
    }

    private static void ParseOutputs(ref Utf8JsonReader reader, InferenceLane lane, InferCall call)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray) throw RefusedRequestException.Malformed("'outputs' is no list.");
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartObject) throw RefusedRequestException.Malformed("An output is no JSON object.");
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isName = reader.ValueTextEquals("name"u8);
                reader.Read();
                if (!isName)
                {
                    reader.Skip();
                    continue;
                }
                if (reader.TokenType != JsonTokenType.String) throw RefusedRequestException.Malformed("An output's 'name' is no text.");
                call.Wanted |= FindOutput(ref reader, lane);
            }
        }
    }

    private static ulong FindOutput(ref Utf8JsonReader reader, InferenceLane lane)
    {
        for (var i = 0; i < lane.Outputs.Length && i < 64; i++)
            if (reader.ValueTextEquals(lane.Outputs[i].NameUtf8))
                return 1UL << i;
        throw RefusedRequestException.Mismatch($"The model has no output '{Short(reader.GetString()!)}'.");
    }

    private static void RequireAll(InferenceLane lane, ulong seen)
    {
        for (var i = 0; i < lane.Inputs.Length; i++)
            if ((seen & (1UL << i)) == 0)
                throw RefusedRequestException.Mismatch($"Input '{lane.Inputs[i].Name}' is missing. The model takes: {Names(lane)}.");
    }

    private static void Skip(ref Utf8JsonReader reader)
    {
        reader.Read();
        reader.Skip();
    }

    private static string Names(InferenceLane lane) => string.Join(", ", lane.Inputs.Select(i => $"{i.Name} ({Protocol.Datatype(i.Element)})"));

    private static string Short(string text) => text.Length <= 60 ? text : $"{text.AsSpan(0, 60)}…";

    private static string Sentence(string message) => message.Split(". ")[0];
}
