using Takt.Kernel;

namespace Takt.Serving;

/// <summary>Model files on the data plane's disk, by digest. What does not match its digest is thrown away, never loaded.</summary>
internal sealed class ModelShelf
{
    private const int Kept = 32;

    private readonly string folder;

    public ModelShelf(string folder)
    {
        this.folder = folder;
        Directory.CreateDirectory(folder);
        foreach (var left in Directory.GetFiles(folder, "*.part")) File.Delete(left);
    }

    /// <summary>The model's bytes, from disk or by <paramref name="fetch"/>.</summary>
    /// <exception cref="InvalidDataException">What came does not match its digest.</exception>
    public async Task<byte[]> ReadAsync(Digest digest, Func<Digest, CancellationToken, Task<byte[]>> fetch, CancellationToken cancellationToken)
    {
        var path = Path.Combine(folder, $"{digest}.onnx");
        if (File.Exists(path))
        {
            var kept = await File.ReadAllBytesAsync(path, cancellationToken).ConfigureAwait(false);
            if (ChunkedDigest.Of(kept) == digest) return kept;
            File.Delete(path);
        }
        var bytes = await fetch(digest, cancellationToken).ConfigureAwait(false);
        var found = ChunkedDigest.Of(bytes);
        if (found != digest) throw new InvalidDataException($"The model that came has digest {found.Short}, not {digest.Short}.");
        await File.WriteAllBytesAsync(path + ".part", bytes, cancellationToken).ConfigureAwait(false);
        File.Move(path + ".part", path, overwrite: true);
        return bytes;
    }

    /// <summary>Keeps the models of the plan and the newest others: a rollback must not wait for a download.</summary>
    public void Prune(IReadOnlySet<Digest> wanted)
    {
        var others = new DirectoryInfo(folder).GetFiles("*.onnx").Where(f => !Digest.TryParse(Path.GetFileNameWithoutExtension(f.Name), null, out var digest) || !wanted.Contains(digest));
        foreach (var file in others.OrderByDescending(f => f.LastWriteTimeUtc).Skip(Kept)) file.Delete();
    }
}
