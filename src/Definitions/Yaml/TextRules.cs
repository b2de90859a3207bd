using Takt.Kernel;

namespace Takt.Definitions.Yaml;

/// <summary>What must hold before a text is parsed at all.</summary>
internal static class TextRules
{
    public static bool Hold(string text, SpecErrors errors)
    {
        if (text.Length > YamlFile.MaxLength)
        {
            errors.Add(new SpecError(1, 1, $"The file has {text.Length:N0} characters; a definition has at most {YamlFile.MaxLength:N0}.", "Data belong into datasets, not into the definition."));
            return false;
        }
        var line = 1;
        var start = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '\n') (line, start) = (line + 1, i + 1);
            else if (c == '\uFFFD' || (char.IsSurrogate(c) && !IsPair(text, i)))
            {
                errors.Add(new SpecError(line, i - start + 1, "The file is not UTF-8 here.", "Save it as UTF-8."));
                return false;
            }
            else if (c < ' ' && c is not ('\t' or '\r'))
            {
                errors.Add(new SpecError(line, i - start + 1, $"A control character (U+{(int)c:X4}) stands here.", "Remove it; save the file as UTF-8 text."));
                return false;
            }
        }
        return true;
    }

    private static bool IsPair(string text, int i) =>
        (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1])) ||
        (char.IsLowSurrogate(text[i]) && i > 0 && char.IsHighSurrogate(text[i - 1]));
}
