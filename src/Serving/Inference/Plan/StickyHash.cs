namespace Takt.Serving;

/// <summary>Spreads keys evenly over revisions: FNV-1a, then a finaliser so that every bit counts. The same key always lands in the same place.</summary>
internal static class StickyHash
{
    public static ulong Of(ReadOnlySpan<byte> key, ulong salt)
    {
        var hash = 14695981039346656037UL ^ salt;
        foreach (var b in key) hash = (hash ^ b) * 1099511628211UL;
        return Mix(hash);
    }

    public static ulong Of(Guid id, ulong salt)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes);
        return Mix(BitConverter.ToUInt64(bytes[8..]) ^ (salt * 0x9E3779B97F4A7C15UL));
    }

    private static ulong Mix(ulong x)
    {
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9UL;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EBUL;
        return x ^ (x >> 31);
    }
}
