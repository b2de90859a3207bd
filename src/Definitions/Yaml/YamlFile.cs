using Takt.Kernel;
using YamlDotNet.Core;

namespace Takt.Definitions.Yaml;

/// <summary>What could be read of a file.</summary>
/// <param name="Root">The top-level entries that could be read; null where the file is no mapping at all.</param>
/// <param name="Broken">Top-level keys whose section is no YAML: nothing is said about what stands in them.</param>
internal sealed record YamlReading(SpecMap? Root, IReadOnlySet<string> Broken);

/// <summary>
/// Reads a definition file. A parser stops at the first mistake of syntax; so that all mistakes are told at once, a broken file is read again section by
/// section (a section begins with a line that is not indented), and the sound ones count.
/// </summary>
internal static class YamlFile
{
    /// <summary>Bytes, or characters, that a definition may have.</summary>
    public const int MaxLength = 1 << 20;

    public static YamlReading Read(string text, SpecErrors errors)
    {
        if (text.StartsWith('\uFEFF')) text = text[1..];
        if (!TextRules.Hold(text, errors)) return new YamlReading(null, new HashSet<string>());
        var tentative = new SpecErrors();
        try
        {
            var root = YamlNodes.Read(text, tentative);
            foreach (var error in tentative.All) errors.Add(error);
            return new YamlReading(Mapping(root, errors), new HashSet<string>());
        }
        catch (YamlException whole)
        {
            return ReadSections(text, whole, errors);
        }
    }

    private static SpecMap? Mapping(SpecNode? root, SpecErrors errors)
    {
        if (root is SpecMap map) return map;
        errors.Add(new SpecError(root?.Line ?? 1, root?.Column ?? 1, root is null or SpecScalar { Text: "" } ? "The file is empty." : "The file must hold named values at its top.",
            "Begin with 'project: NAME'."));
        return null;
    }

    private static YamlReading ReadSections(string text, YamlException whole, SpecErrors errors)
    {
        var lines = text.Split('\n');
        var entries = new List<SpecEntry>();
        var broken = new HashSet<string>();
        foreach (var (from, to) in Sections(lines))
        {
            // Empty lines before the section keep its line numbers true.
            var section = new string('\n', from) + string.Join('\n', lines[from..to]);
            try
            {
                if (YamlNodes.Read(section, errors) is not SpecMap map) continue;
                foreach (var entry in map.Entries)
                {
                    if (entries.FirstOrDefault(e => e.Name == entry.Name) is { } first) errors.Add(entry, $"'{entry.Name}' stands here a second time; the first is in line {first.Line}.", "Join the two.");
                    else entries.Add(entry);
                }
            }
            catch (YamlException e)
            {
                broken.Add(lines[from].Split(':')[0].Trim());
                foreach (var error in SyntaxErrors.Explain(e, lines, from, to)) errors.Add(error);
            }
        }
        if (broken.Count == 0)
            foreach (var error in SyntaxErrors.Explain(whole, lines, 0, lines.Length)) errors.Add(error);
        return new YamlReading(new SpecMap(entries, 1, 1), broken);
    }

    private static IEnumerable<(int From, int To)> Sections(string[] lines)
    {
        var from = 0;
        for (var i = 1; i < lines.Length; i++)
        {
            if (lines[i].Length == 0 || lines[i][0] is ' ' or '\t' or '#' or '-' or '}' or ']' or '.' or '\r') continue;
            yield return (from, i);
            from = i;
        }
        yield return (from, lines.Length);
    }
}
