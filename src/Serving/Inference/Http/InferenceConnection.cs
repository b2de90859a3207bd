using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http.Features;
using Takt.Kernel;

namespace Takt.Serving;

/// <summary>
/// What one connection keeps from request to request: its features, buffers, and what its last path and token came to (a client sends the same ones
/// again and again, and Kestrel hands out the same string for them).
/// </summary>
internal sealed class InferenceConnection
{
    private string? path;
    private RequestTarget? target;
    private string? authorization;
    private Digest sha256;
    private ServingSnapshot? tokenFrom;
    private PlannedToken? token;
    private ulong random0;
    private ulong random1;

    public InferenceConnection(IFeatureCollection features)
    {
        Features = features;
        Span<byte> seed = stackalloc byte[16];
        RandomNumberGenerator.Fill(seed);
        random0 = BinaryPrimitives.ReadUInt64LittleEndian(seed);
        random1 = BinaryPrimitives.ReadUInt64LittleEndian(seed[8..]) | 1;
    }

    public IFeatureCollection Features { get; set; }

    public JsonBuffer Json { get; } = new();

    public InferCall Call { get; } = new();

    public RequestTarget Target(string of)
    {
        if (ReferenceEquals(of, path)) return target!;
        target = RequestTarget.Parse(of);
        path = of;
        return target;
    }

    /// <summary>Who calls, by the plan; null for nobody known. The token itself is compared as its SHA-256 alone.</summary>
    public PlannedToken? Token(string? header, ServingSnapshot snapshot, DateTimeOffset now)
    {
        if (header is null) return null;
        if (!ReferenceEquals(header, authorization))
        {
            const string Scheme = "Bearer ";
            if (!header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) || header.Length > 4096) return null;
            sha256 = new Digest(SHA256.HashData(Encoding.UTF8.GetBytes(header[Scheme.Length..].Trim())));
            authorization = header;
            tokenFrom = null;
        }
        if (!ReferenceEquals(tokenFrom, snapshot))
        {
            token = snapshot.Token(sha256);
            tokenFrom = snapshot;
        }
        return token is not null && token.ExpiresAt > now ? token : null;
    }

    /// <summary>A UUIDv7: the time's 48 bits in front, 74 random ones behind (xoroshiro128+, seeded by the system for each connection).</summary>
    public Guid NextId(long unixMilliseconds)
    {
        var s0 = random0;
        var s1 = random1;
        var value = s0 + s1;
        s1 ^= s0;
        random0 = ulong.RotateLeft(s0, 24) ^ s1 ^ (s1 << 16);
        random1 = ulong.RotateLeft(s1, 37);
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, ((ulong)unixMilliseconds << 16) | 0x7000 | ((s0 >> 17) & 0x0FFF));
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], (value & 0x3FFF_FFFF_FFFF_FFFF) | 0x8000_0000_0000_0000);
        return new Guid(bytes, bigEndian: true);
    }
}
