using System.Runtime.InteropServices;

namespace Takt.Serving;

/// <summary>Turns the bytes of a segment, as they come in pieces, into rows. What ends in the middle of a record waits for the rest. Not thread-safe.</summary>
internal sealed class SegmentDecoder
{
    private readonly Dictionary<uint, LogSchema> schemas = [];
    private readonly List<byte> carry = [];
    private bool begun;

    /// <param name="bytes">The next bytes of the segment.</param>
    /// <param name="rows">Gets every row of every whole record.</param>
    /// <exception cref="InvalidDataException">They are no segment's.</exception>
    public void Feed(ReadOnlySpan<byte> bytes, Action<LogSchema, LoggedRow> rows)
    {
        if (carry.Count > 0)
        {
            carry.AddRange(bytes);
            bytes = CollectionsMarshal.AsSpan(carry).ToArray();
            carry.Clear();
        }
        if (!begun)
        {
            if (bytes.Length < SegmentFormat.Magic.Length)
            {
                carry.AddRange(bytes);
                return;
            }
            if (!bytes.StartsWith(SegmentFormat.Magic)) throw new InvalidDataException("The bytes are no segment of the inference log.");
            begun = true;
            bytes = bytes[SegmentFormat.Magic.Length..];
        }
        while (true)
        {
            if (!SegmentFormat.TryRead(bytes, out var payload, out var length)) throw new InvalidDataException("A record of the inference log is damaged.");
            if (length == 0) break;
            Decode(payload, rows);
            bytes = bytes[length..];
        }
        carry.AddRange(bytes);
    }

    private void Decode(ReadOnlySpan<byte> payload, Action<LogSchema, LoggedRow> rows)
    {
        if (payload[0] == SegmentFormat.Schema)
        {
            var schema = LogSchema.Read(payload);
            schemas[schema.Id] = schema;
            return;
        }
        var answer = AnswerHead.Read(payload, out var reader);
        if (!schemas.TryGetValue(answer.Schema, out var of)) return;
        if (answer.Rows == 0) rows(of, answer.Row(0, of.Revision, float.NaN));
        for (var row = 0; row < answer.Rows; row++) rows(of, answer.Row(row, of.Revision, reader.Single()));
    }
}

/// <summary>The fixed part of an answer's record.</summary>
internal readonly record struct AnswerHead(uint Schema, bool Shadow, Guid Id, long Received, long EventTime, uint Latency, int Status, string? CallerId, int Rows)
{
    /// <param name="reader">Stands at the scores; the inputs follow them.</param>
    public static AnswerHead Read(ReadOnlySpan<byte> payload, out SpanReader reader)
    {
        reader = new SpanReader(payload);
        reader.Byte();
        var schema = reader.UInt32();
        var shadow = (reader.Byte() & SegmentFormat.ShadowFlag) != 0;
        var id = reader.Guid();
        var received = reader.Int64();
        var eventTime = reader.Int64();
        var latency = reader.UInt32();
        var status = reader.UInt16();
        var caller = reader.Take(reader.Byte());
        var callerId = caller.IsEmpty ? null : System.Text.Encoding.UTF8.GetString(caller);
        return new AnswerHead(schema, shadow, id, received, eventTime, latency, status, callerId, (int)reader.UInt32());
    }

    public LoggedRow Row(int row, int revision, float score) => new(Id, row, revision, Shadow, Status, Received, EventTime, Latency, score);
}
