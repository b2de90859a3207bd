using System.Security.Cryptography;

namespace Takt.Kernel;

/// <summary>
/// The digest of a blob: a binary Merkle tree (RFC 6962 hashing) over the SHA-256 of its chunks of 1 MiB, so that a range can be checked without
/// reading the rest. An empty blob has the digest of no bytes.
/// </summary>
public static class ChunkedDigest
{
    /// <summary>Bytes in a chunk; the last one may be shorter.</summary>
    public const int ChunkSize = 1 << 20;

    /// <summary>The leaf of one chunk: SHA-256(0x00 || bytes).</summary>
    public static Digest Chunk(ReadOnlySpan<byte> bytes)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData([0x00]);
        hash.AppendData(bytes);
        return Finish(hash);
    }

    /// <summary>An inner node: SHA-256(0x01 || left || right).</summary>
    public static Digest Node(Digest left, Digest right)
    {
        Span<byte> input = stackalloc byte[1 + 2 * Digest.Size];
        input[0] = 0x01;
        left.CopyTo(input[1..]);
        right.CopyTo(input[(1 + Digest.Size)..]);
        Span<byte> output = stackalloc byte[Digest.Size];
        SHA256.HashData(input, output);
        return new Digest(output);
    }

    /// <summary>The root over the chunks' leaves, in order.</summary>
    public static Digest Root(ReadOnlySpan<Digest> chunks)
    {
        if (chunks.IsEmpty) return new Digest(SHA256.HashData([]));
        if (chunks.Length == 1) return chunks[0];
        var split = 1 << (31 - int.LeadingZeroCount(chunks.Length - 1));
        return Node(Root(chunks[..split]), Root(chunks[split..]));
    }

    /// <summary>The digest of bytes that are at hand.</summary>
    public static Digest Of(ReadOnlySpan<byte> content)
    {
        var chunks = new List<Digest>(content.Length / ChunkSize + 1);
        for (var at = 0; at < content.Length; at += ChunkSize) chunks.Add(Chunk(content[at..Math.Min(content.Length, at + ChunkSize)]));
        return Root(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(chunks));
    }

    private static Digest Finish(IncrementalHash hash)
    {
        Span<byte> output = stackalloc byte[Digest.Size];
        hash.GetHashAndReset(output);
        return new Digest(output);
    }
}
