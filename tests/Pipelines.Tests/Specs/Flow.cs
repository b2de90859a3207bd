using Takt.Kernel;

namespace Takt.Pipelines.Tests.Specs;

/// <summary>Reads the little YAML that specs in tests need, with its lines, so that a module's tests do not wait for Definitions.</summary>
internal static class Flow
{
    /// <summary>Lines of <c>name: value</c> as one flow mapping.</summary>
    public static string Block(string lines) => "{" + string.Join(",\n", lines.ReplaceLineEndings("\n").Split('\n', StringSplitOptions.RemoveEmptyEntries)) + "}";

    public static SpecNode Read(string text)
    {
        var at = 0;
        return Node(text, ref at);
    }

    private static SpecNode Node(string text, ref int at)
    {
        Space(text, ref at);
        var line = 1 + text.AsSpan(0, at).Count('\n');
        if (text[at] == '{')
        {
            var entries = new List<SpecEntry>();
            for (at++; !Ends(text, ref at, '}');)
            {
                var nameLine = 1 + text.AsSpan(0, at).Count('\n');
                var name = Word(text, ref at, ":");
                at++;
                entries.Add(new SpecEntry(name, Node(text, ref at), nameLine, 1));
            }
            return new SpecMap(entries, line, 1);
        }
        if (text[at] == '[')
        {
            var items = new List<SpecNode>();
            for (at++; !Ends(text, ref at, ']');) items.Add(Node(text, ref at));
            return new SpecList(items, line, 1);
        }
        var quoted = text[at] == '"';
        return new SpecScalar(Word(text, ref at, ",}]\n"), quoted, line, 1);
    }

    private static bool Ends(string text, ref int at, char close)
    {
        Space(text, ref at);
        if (text[at] == ',')
        {
            at++;
            Space(text, ref at);
        }
        if (text[at] != close) return false;
        at++;
        return true;
    }

    private static string Word(string text, ref int at, string ends)
    {
        if (text[at] == '"')
        {
            var close = text.IndexOf('"', at + 1);
            var quoted = text[(at + 1)..close];
            at = close + 1;
            return quoted;
        }
        var start = at;
        while (!ends.Contains(text[at], StringComparison.Ordinal)) at++;
        return text[start..at].Trim();
    }

    private static void Space(string text, ref int at)
    {
        while (char.IsWhiteSpace(text[at])) at++;
    }
}
