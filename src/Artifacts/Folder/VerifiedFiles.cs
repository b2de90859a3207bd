using System.Collections.Concurrent;
using Takt.Kernel;

namespace Takt.Artifacts.Folder;

/// <summary>Which files this process has read through and found whole: a file whose size or times changed since is read again. Thread-safe.</summary>
internal sealed class VerifiedFiles
{
    private readonly ConcurrentDictionary<Digest, Seen> seen = new();

    public bool Has(Digest digest, string path) => seen.TryGetValue(digest, out var before) && before == Look(path);

    /// <summary>Take it before reading, hand it to <see cref="Add"/> after: a change in between is not missed.</summary>
    public static Seen Look(string path)
    {
        var file = new FileInfo(path);
        return file.Exists ? new Seen(file.Length, file.LastWriteTimeUtc.Ticks, file.CreationTimeUtc.Ticks) : default;
    }

    public void Add(Digest digest, Seen look) => seen[digest] = look;

    internal readonly record struct Seen(long Length, long Written, long Created);
}
