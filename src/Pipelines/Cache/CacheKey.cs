using System.Security.Cryptography;
using System.Text;
using Takt.Kernel;

namespace Takt.Pipelines.Cache;

/// <summary>What a step's result depends on, by name. The key is the digest of all of it; the parts stay, so that a miss can say what changed.</summary>
internal sealed class CacheKey
{
    private const string Version = "takt step key 1";

    private readonly SortedDictionary<string, string> parts = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, string> Parts => parts;

    public Digest Digest
    {
        get
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            Append(hash, Version);
            foreach (var (name, value) in parts)
            {
                Append(hash, name);
                Append(hash, value);
            }
            return new Digest(hash.GetHashAndReset());
        }
    }

    public void Add(string name, string value) => parts.Add(name, value);

    public void AddAll(string prefix, IReadOnlyDictionary<string, string> values)
    {
        foreach (var (name, value) in values) Add($"{prefix}.{name}", value);
    }

    /// <summary>What is not as it was, in words; null where there was no earlier key.</summary>
    public static string? Changed(IReadOnlyDictionary<string, string>? before, IReadOnlyDictionary<string, string> now)
    {
        if (before is null) return null;
        var lines = now.Keys.Union(before.Keys).Where(name => before.GetValueOrDefault(name) != now.GetValueOrDefault(name))
            .Select(name => $"{name} {Show(before.GetValueOrDefault(name))} -> {Show(now.GetValueOrDefault(name))}").ToList();
        return lines.Count == 0 ? null : string.Join(", ", lines);
    }

    private static string Show(string? value) => value switch
    {
        null => "(none)",
        { Length: 64 } when Digest.TryParse(value, null, out var digest) => digest.Short,
        { Length: > 40 } => value[..37] + "...",
        _ => value
    };

    private static void Append(IncrementalHash hash, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        hash.AppendData(BitConverter.GetBytes((long)bytes.Length));
        hash.AppendData(bytes);
    }
}
