using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Takt.Kernel;

namespace Takt.Definitions.Reading;

/// <summary>A definition as it was sent.</summary>
/// <param name="File">The text of takt.yaml.</param>
/// <param name="Files">The files that it names, by their path in the project's folder.</param>
/// <param name="Source">Where the folder stands in git: commit, and the diff of what is not committed. Null: no git checkout.</param>
internal sealed record DefinitionSource(string File, IReadOnlyDictionary<string, string> Files, JsonElement? Source)
{
    /// <summary>Parts read where git stands under this name, as if it were a file of the project.</summary>
    public const string SourceFile = ".takt/source.json";

    private const int MaxFiles = 500;
    private const int MaxFilesLength = 16 << 20;

    public string? FileNamed(string path) =>
        path == SourceFile ? Source?.GetRawText() : Files.GetValueOrDefault(path);

    /// <summary>Of the file and all it names; not of where git stands.</summary>
    public Digest Digest
    {
        get
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            Append(hash, File);
            foreach (var (path, text) in Files.OrderBy(f => f.Key, StringComparer.Ordinal))
            {
                Append(hash, path);
                Append(hash, text);
            }
            return new Digest(hash.GetHashAndReset());
        }
    }

    /// <summary>Null where it may be read.</summary>
    public Problem? Refusal()
    {
        if (Files.Count > MaxFiles) return TooLarge($"It brings {Files.Count} files; at most {MaxFiles} are taken.");
        if (Files.Sum(f => (long)f.Value.Length) + (Source?.GetRawText().Length ?? 0) > MaxFilesLength) return TooLarge($"Its files are larger than {MaxFilesLength >> 20} MiB together.");
        return Files.Keys.FirstOrDefault(path => path.Length > 400 || path.StartsWith('/') || path.Contains('\\', StringComparison.Ordinal) || path.Split('/').Any(p => p is "" or "." or "..")) is { } bad
            ? Problem.Invalid("definition-invalid", $"'{bad}' is no path inside the project's folder.", "Name files relative to takt.yaml, with forward slashes.")
            : null;
    }

    private static Problem TooLarge(string detail) => new("definition-too-large", 413, detail, "Send only the code that steps run; data are delivered to datasets.");

    private static void Append(IncrementalHash hash, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        hash.AppendData(BitConverter.GetBytes((long)bytes.Length));
        hash.AppendData(bytes);
    }
}
