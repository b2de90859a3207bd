namespace Takt.Tracking.MLflow;

/// <summary>MLflow's rules for names and lengths, in its words.</summary>
public static class MLflowNames
{
    public const int LongestKey = 250;
    public const int LongestParam = 6000;
    public const int LongestTag = 8000;

    private const string Characters = "Names may only contain alphanumerics, underscores (_), dashes (-), periods (.), spaces ( ), colon(:) and slashes (/).";

    /// <summary>A metric's, param's or tag's name.</summary>
    /// <exception cref="MLflowException">It has other characters, or would climb if it were a path.</exception>
    public static void Check(string name, string path)
    {
        foreach (var c in name)
            if (!(char.IsLetterOrDigit(c) || c is '_' or '-' or '.' or ' ' or ':' or '/'))
                throw MLflowException.InvalidText(path, name, Characters);
        var plain = Normal(name);
        if (plain != name || plain == "." || plain.StartsWith("..", StringComparison.Ordinal) || plain.StartsWith('/'))
            throw MLflowException.InvalidText(path, name, $"Names may be treated as files in certain cases, and must not resolve to other names when treated as such. This name would resolve to '{plain}'");
    }

    public static string CheckLength(string value, int limit, string path) => value.Length <= limit ? value : throw MLflowException.TooLong(path, limit);

    /// <summary>A tag: its name, and its value's length.</summary>
    public static KeyValuePair<string, string> Tag(MLflowRequest tag, int longest = LongestTag)
    {
        var key = tag.Required("key");
        Check(key, tag.Path("key"));
        CheckLength(key, LongestKey, tag.Path("key"));
        return new(key, CheckLength(tag.Text("value") ?? "", longest, tag.Path("value")));
    }

    /// <summary>Tags by key; the last of a key counts.</summary>
    public static Dictionary<string, string> Tags(IReadOnlyList<MLflowRequest> tags, int longest = LongestTag)
    {
        var found = new Dictionary<string, string>(tags.Count, StringComparer.Ordinal);
        foreach (var tag in tags)
        {
            var (key, value) = Tag(tag, longest);
            found[key] = value;
        }
        return found;
    }

    /// <summary>As POSIX paths are made plain: no empty parts, no dots, no <c>a/..</c>.</summary>
    private static string Normal(string name)
    {
        if (name.Length == 0) return ".";
        if (!name.Contains("//", StringComparison.Ordinal) && !name.Contains("./", StringComparison.Ordinal) && !name.EndsWith('/') && !name.EndsWith('.') && name[0] is not '/' and not '.') return name;
        var parts = new List<string>();
        var rooted = name[0] == '/';
        foreach (var part in name.Split('/'))
        {
            if (part is "" or ".") continue;
            if (part == ".." && (parts.Count > 0 && parts[^1] != ".." || rooted))
            {
                if (parts.Count > 0) parts.RemoveAt(parts.Count - 1);
            }
            else parts.Add(part);
        }
        var plain = (rooted ? "/" : "") + string.Join('/', parts);
        return plain.Length == 0 ? "." : plain;
    }
}
