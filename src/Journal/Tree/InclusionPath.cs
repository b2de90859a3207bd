using System.Numerics;
using Takt.Kernel;

namespace Takt.Journal.Tree;

/// <summary>RFC 6962's PATH(m, D[n]), from perfect subtrees alone.</summary>
internal static class InclusionPath
{
    /// <summary>The subtrees that <see cref="Of"/> will ask for.</summary>
    public static IReadOnlyCollection<NodePlace> Places(long position, long size)
    {
        var places = new HashSet<NodePlace>();
        Of(position, size, place =>
        {
            places.Add(place);
            return default;
        });
        return places;
    }

    /// <summary>The path, leaf's sibling first.</summary>
    public static IReadOnlyList<Digest> Of(long position, long size, Func<NodePlace, Digest> hashes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(position, size);
        var path = new List<Digest>();
        long low = 0, high = size;
        while (high - low > 1)
        {
            var middle = low + Split(high - low);
            if (position < middle)
            {
                path.Add(Hash(middle, high, hashes));
                high = middle;
            }
            else
            {
                path.Add(Hash(low, middle, hashes));
                low = middle;
            }
        }
        path.Reverse();
        return path;
    }

    /// <summary>The root that a leaf and its path lead to (RFC 9162, 2.1.3.2); null where the path has the wrong length.</summary>
    public static Digest? Root(Digest leaf, long position, long size, IReadOnlyList<Digest> path)
    {
        if (position < 0 || position >= size) return null;
        long node = position, last = size - 1;
        var hash = leaf;
        foreach (var sibling in path)
        {
            if (last == 0) return null;
            if ((node & 1) == 1 || node == last)
            {
                hash = ChunkedDigest.Node(sibling, hash);
                while ((node & 1) == 0 && node != 0) (node, last) = (node >> 1, last >> 1);
            }
            else hash = ChunkedDigest.Node(hash, sibling);
            (node, last) = (node >> 1, last >> 1);
        }
        return last == 0 ? hash : null;
    }

    private static Digest Hash(long low, long high, Func<NodePlace, Digest> hashes)
    {
        var size = high - low;
        if (BitOperations.IsPow2(size))
        {
            var level = BitOperations.TrailingZeroCount(size);
            return hashes(new NodePlace(level, low >> level));
        }
        var middle = low + Split(size);
        return ChunkedDigest.Node(Hash(low, middle, hashes), Hash(middle, high, hashes));
    }

    /// <summary>The largest power of two below <paramref name="size"/>.</summary>
    private static long Split(long size) => 1L << (63 - BitOperations.LeadingZeroCount((ulong)(size - 1)));
}
