using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Takt.Kernel;

namespace Takt.Journal.Tree;

/// <summary>
/// The leaf of a fact, version 1: SHA-256(0x00 || 0x01 || project's tag || SHA-256(body)). The body holds every field of the fact, each with its
/// length before it, so that no two facts share an encoding. The tag stands outside the body: whoever holds a project's export sees of the other
/// facts tag and body hash alone, and still knows that none of them is one of its own project's. Bodies hold a random id, so their hashes cannot be guessed.
/// </summary>
internal static class FactLeaf
{
    public const byte Encoding = 1;

    private static readonly UTF8Encoding utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static Digest Of(Digest tag, Digest body)
    {
        Span<byte> input = stackalloc byte[2 + 2 * Digest.Size];
        input[0] = 0x00;
        input[1] = Encoding;
        tag.CopyTo(input[2..]);
        body.CopyTo(input[(2 + Digest.Size)..]);
        return Hash(input);
    }

    public static Digest Of(FactId id, DateTimeOffset at, Fact fact) => Of(Tag(fact.Project), Body(id, at, fact));

    /// <summary>A project's mark in other projects' exports.</summary>
    public static Digest Tag(ProjectId project)
    {
        Span<byte> input = stackalloc byte[16 + 16];
        "takt-project-v1\0"u8.CopyTo(input);
        project.Value.TryWriteBytes(input[16..], bigEndian: true, out _);
        return Hash(input);
    }

    public static Digest Body(FactId id, DateTimeOffset at, Fact fact)
    {
        var body = new ArrayBufferWriter<byte>(256 + fact.Payload.Length);
        body.Write("takt-fact-v1\0"u8);
        Write(body, id.Value);
        Write(body, fact.Project.Value);
        Write(body, fact.Actor.Value);
        Write(body, at.Truncate().ToUnixTimeMicroseconds());
        Write(body, fact.Kind);
        Write(body, fact.Version);
        Write(body, fact.Subject.ToString());
        Write(body, fact.Payload);
        Write(body, fact.Edges.Count);
        foreach (var edge in fact.Edges)
        {
            Write(body, edge.From.ToString());
            Write(body, edge.To.ToString());
            Write(body, edge.Relation);
        }
        return Hash(body.WrittenSpan);
    }

    private static void Write(ArrayBufferWriter<byte> to, Guid value)
    {
        value.TryWriteBytes(Field(to, 16), bigEndian: true, out _);
        to.Advance(16);
    }

    private static void Write(ArrayBufferWriter<byte> to, long value)
    {
        BinaryPrimitives.WriteInt64BigEndian(Field(to, 8), value);
        to.Advance(8);
    }

    private static void Write(ArrayBufferWriter<byte> to, string value)
    {
        var length = utf8.GetByteCount(value);
        utf8.GetBytes(value, Field(to, length));
        to.Advance(length);
    }

    private static Span<byte> Field(ArrayBufferWriter<byte> to, int length)
    {
        BinaryPrimitives.WriteInt32BigEndian(to.GetSpan(4), length);
        to.Advance(4);
        return to.GetSpan(length);
    }

    private static Digest Hash(ReadOnlySpan<byte> input)
    {
        Span<byte> output = stackalloc byte[Digest.Size];
        SHA256.HashData(input, output);
        return new Digest(output);
    }

    private static long ToUnixTimeMicroseconds(this DateTimeOffset at) => UnixMicroseconds.Of(at);
}

/// <summary>Times as they are hashed and signed.</summary>
internal static class UnixMicroseconds
{
    public static long Of(DateTimeOffset at) => (at.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    public static DateTimeOffset Read(long microseconds) => DateTimeOffset.UnixEpoch.AddTicks(checked(microseconds * TimeSpan.TicksPerMicrosecond));
}
