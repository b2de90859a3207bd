namespace Takt.Serving;

/// <summary>Opens a segment that a killed process left.</summary>
internal static class SegmentRecovery
{
    /// <summary>Cuts the file after its last whole record and gives the length that is left; 0 where it is no segment.</summary>
    public static long Cut(string path)
    {
        var bytes = File.ReadAllBytes(path);
        var whole = WholeLength(bytes);
        if (whole == bytes.Length) return whole;
        using var file = new FileStream(path, FileMode.Open, FileAccess.Write);
        file.SetLength(whole);
        file.Flush(flushToDisk: true);
        return whole;
    }

    /// <summary>Up to where the bytes are a header and whole records.</summary>
    public static long WholeLength(ReadOnlySpan<byte> bytes)
    {
        if (!bytes.StartsWith(SegmentFormat.Magic)) return 0;
        var at = SegmentFormat.Magic.Length;
        while (SegmentFormat.TryRead(bytes[at..], out _, out var length) && length > 0) at += length;
        return at;
    }
}
