using Takt.Native.OnnxRuntime;

namespace Takt.Serving;

/// <summary>One answer (or failure) on its way into the log.</summary>
internal readonly ref struct LoggedAnswer
{
    public required LogSchema Schema { get; init; }

    public required Guid Id { get; init; }

    public required bool Shadow { get; init; }

    public required long Received { get; init; }

    public required long EventTime { get; init; }

    public required uint Latency { get; init; }

    public required int Status { get; init; }

    /// <summary>UTF-8, at most 255 bytes; empty: none.</summary>
    public required ReadOnlySpan<byte> CallerId { get; init; }

    /// <summary>What was asked and answered; null where there is nothing to say but the status.</summary>
    public required InferenceLane? Lane { get; init; }

    public int Size()
    {
        var size = 1 + 4 + 1 + 16 + 8 + 8 + 4 + 2 + 1 + CallerId.Length + 4;
        if (Lane is null) return size;
        size += 4 * Lane.Rows;
        foreach (var input in Lane.Inputs) size += input.LoggedSize();
        return size;
    }

    public int Write(Span<byte> payload)
    {
        var writer = new SpanWriter(payload);
        writer.Byte(SegmentFormat.Answer);
        writer.UInt32(Schema.Id);
        writer.Byte(Shadow ? SegmentFormat.ShadowFlag : (byte)0);
        writer.Guid(Id);
        writer.Int64(Received);
        writer.Int64(EventTime);
        writer.UInt32(Latency);
        writer.UInt16(Status);
        writer.Byte((byte)CallerId.Length);
        writer.Bytes(CallerId);
        writer.UInt32(Lane is null ? 0 : (uint)Lane.Rows);
        if (Lane is null) return writer.At;
        for (var row = 0; row < Lane.Rows; row++) writer.Single(Lane.Score(row));
        foreach (var input in Lane.Inputs) input.WriteLogged(ref writer);
        return writer.At;
    }
}
