using System.Collections.Frozen;
using System.IO.Compression;
using System.Reflection;
using System.Text;

namespace Takt.Web;

/// <summary>The built page, held in memory (about a megabyte), compressed once on first use. Thread-safe.</summary>
internal sealed class PageFiles
{
    private const string Folder = "page/";

    private readonly FrozenDictionary<string, PageFile> files;

    public PageFiles()
    {
        var assembly = Assembly.GetExecutingAssembly();
        files = assembly.GetManifestResourceNames().Where(n => n.StartsWith(Folder, StringComparison.Ordinal))
            .ToFrozenDictionary(n => n[Folder.Length..], n => new PageFile(n, Read(assembly, n)), StringComparer.Ordinal);
        Index = files.TryGetValue("index.html", out var index) ? Encoding.UTF8.GetString(index.Bytes) : null;
    }

    /// <summary>The page's frame, with a place for the nonce; null where the page was not built.</summary>
    public string? Index { get; }

    public PageFile? Find(string path) => files.GetValueOrDefault(path);

    private static byte[] Read(Assembly assembly, string name)
    {
        using var stream = assembly.GetManifestResourceStream(name)!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}

/// <summary>A file of the page.</summary>
internal sealed class PageFile(string name, byte[] bytes)
{
    private readonly Lazy<byte[]?> brotli = new(() => Compress(name, bytes));

    public byte[] Bytes => bytes;

    /// <summary>Null where it would save nothing.</summary>
    public byte[]? Brotli => brotli.Value;

    public string ContentType { get; } = Path.GetExtension(name) switch
    {
        ".js" => "text/javascript; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".svg" => "image/svg+xml",
        ".woff2" => "font/woff2",
        ".html" => "text/html; charset=utf-8",
        ".json" => "application/json",
        _ => "application/octet-stream",
    };

    private static byte[]? Compress(string name, byte[] bytes)
    {
        if (Path.GetExtension(name) == ".woff2" || bytes.Length < 1024) return null;
        using var target = new MemoryStream();
        using (var stream = new BrotliStream(target, CompressionLevel.Optimal, leaveOpen: true)) stream.Write(bytes);
        return target.Length < bytes.Length ? target.ToArray() : null;
    }
}
