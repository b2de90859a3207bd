namespace Takt.Tracking;

/// <summary>A file's path in a run: relative, with forward slashes, nothing in it that climbs.</summary>
internal static class ArtifactPath
{
    /// <summary>Null where the path is none: empty, absolute, with <c>.</c>, <c>..</c>, empty parts, backslashes, control characters, or one that decoding again would change.</summary>
    public static string? Check(string path)
    {
        if (path.Length is 0 or > 1024 || path.Any(char.IsControl) || path.Contains('\\', StringComparison.Ordinal)) return null;
        if (path.Contains('%', StringComparison.Ordinal) && Uri.UnescapeDataString(path) != path) return null;
        if (path[0] == '/' || path.Contains(':', StringComparison.Ordinal) && Uri.TryCreate(path, UriKind.Absolute, out _)) return null;
        return path.Split('/').Any(part => part is "" or "." or "..") ? null : path;
    }
}
