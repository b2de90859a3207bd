using Takt.Kernel;
using YamlDotNet.Core;

namespace Takt.Definitions.Yaml;

/// <summary>A parser's complaint in words that mend it.</summary>
internal static class SyntaxErrors
{
    /// <param name="from">First line of the section, counted from 0.</param>
    /// <param name="to">Line after its last.</param>
    public static IEnumerable<SpecError> Explain(YamlException e, string[] lines, int from, int to)
    {
        var tabs = Enumerable.Range(from, to - from).Where(i => Indentation(lines[i]).Contains('\t', StringComparison.Ordinal)).ToList();
        foreach (var i in tabs) yield return new SpecError(i + 1, lines[i].IndexOf('\t') + 1, "A tab indents this line.", "YAML is indented with spaces.");
        if (tabs.Count > 0) yield break;

        var line = (int)Math.Clamp(e.Start.Line, from + 1, to);
        var said = e.Message;
        yield return new SpecError(line, (int)e.Start.Column, $"This is not YAML: {Lower(said)}", Mend(said));
    }

    private static string Mend(string said) => said switch
    {
        _ when said.Contains("end of stream", StringComparison.OrdinalIgnoreCase) || said.Contains("quoted scalar", StringComparison.OrdinalIgnoreCase) => "Close the quote that is open.",
        _ when said.Contains("flow", StringComparison.OrdinalIgnoreCase) || said.Contains("',' or", StringComparison.Ordinal) => "Close the { or [ and set commas between its values.",
        _ when said.Contains("mapping values", StringComparison.OrdinalIgnoreCase) || said.Contains("invalid mapping", StringComparison.OrdinalIgnoreCase) => "Put a value that holds ': ' in quotes, and look at the line's indentation.",
        _ when said.Contains("cannot start any token", StringComparison.OrdinalIgnoreCase) => "Put a value that begins with @, ` or % in quotes.",
        _ => "Look at the indentation and the quotes of this line and the one above."
    };

    private static string Indentation(string line) => line[..(line.Length - line.TrimStart(' ', '\t').Length)];

    private static string Lower(string said)
    {
        var text = said.TrimEnd('.');
        return text.Length == 0 ? "it cannot be read." : $"{char.ToLowerInvariant(text[0])}{text[1..]}.";
    }
}
