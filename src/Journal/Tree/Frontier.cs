using Takt.Kernel;

namespace Takt.Journal.Tree;

/// <summary>The right edge of an RFC 6962 tree: one hash for each bit of its size, so that appending costs O(log n) at most and two hashes on average.</summary>
internal sealed class Frontier
{
    private readonly Digest[] edge = new Digest[63];

    public Frontier()
    {
    }

    /// <param name="hashes">The perfect subtrees of a tree of <paramref name="size"/>, as <see cref="Places"/> names them.</param>
    public Frontier(long size, Func<NodePlace, Digest> hashes)
    {
        Size = size;
        foreach (var place in Places(size)) edge[place.Level] = hashes(place);
    }

    /// <summary>Leaves so far.</summary>
    public long Size { get; private set; }

    /// <summary>Appends a leaf; <paramref name="completed"/> hears of each subtree that it made perfect, from below.</summary>
    public void Append(Digest leaf, Action<NodePlace, Digest>? completed = null)
    {
        var hash = leaf;
        var level = 0;
        for (; (Size >> level & 1) == 1; level++)
        {
            hash = ChunkedDigest.Node(edge[level], hash);
            completed?.Invoke(new NodePlace(level + 1, Size >> (level + 1)), hash);
        }
        edge[level] = hash;
        Size++;
    }

    /// <summary>The tree's root; of an empty tree the hash of nothing.</summary>
    public Digest Root()
    {
        Digest? root = null;
        for (var level = 0; level < edge.Length; level++)
        {
            if ((Size >> level & 1) == 0) continue;
            root = root is { } right ? ChunkedDigest.Node(edge[level], right) : edge[level];
        }
        return root ?? ChunkedDigest.Root([]);
    }

    /// <summary>The perfect subtrees that make up a tree of this size.</summary>
    public static IEnumerable<NodePlace> Places(long size)
    {
        for (var level = 0; level < 63; level++)
            if ((size >> level & 1) == 1) yield return new NodePlace(level, (size >> level) - 1);
    }
}

/// <summary>A perfect subtree: the root of leaves [Index * 2^Level, (Index + 1) * 2^Level).</summary>
internal readonly record struct NodePlace(int Level, long Index);
