namespace Takt.Serving;

/// <summary>What a request says besides its inputs. Reused from request to request.</summary>
internal sealed class InferCall
{
    /// <summary>Longest id of a caller, in bytes of UTF-8.</summary>
    public const int MaxCallerId = 255;

    private readonly byte[] callerId = new byte[MaxCallerId];

    private int callerIdLength;

    /// <summary>Microseconds since 1970; null where the request does not say.</summary>
    public long? EventTime { get; set; }

    /// <summary>Bit i: output i is wanted. 0: all.</summary>
    public ulong Wanted { get; set; }

    public ReadOnlySpan<byte> CallerId => callerId.AsSpan(0, callerIdLength);

    public void Clear()
    {
        EventTime = null;
        Wanted = 0;
        callerIdLength = 0;
    }

    public void SetCallerId(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > MaxCallerId) throw RefusedRequestException.Malformed($"The id is longer than {MaxCallerId} bytes.");
        utf8.CopyTo(callerId);
        callerIdLength = utf8.Length;
    }

    public void SetCallerId(string text)
    {
        if (text.Length > MaxCallerId || System.Text.Encoding.UTF8.GetByteCount(text) > MaxCallerId) throw RefusedRequestException.Malformed($"The id is longer than {MaxCallerId} bytes.");
        callerIdLength = System.Text.Encoding.UTF8.GetBytes(text, callerId);
    }
}
