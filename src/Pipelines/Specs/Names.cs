using System.Globalization;
using System.Text.RegularExpressions;
using Takt.Kernel;

namespace Takt.Pipelines.Specs;

/// <summary>What may be a name in a pipeline's part of the file.</summary>
internal static partial class Names
{
    private const string Mend = "Use lower-case letters, digits, hyphens and underscores, at most 63; begin with a letter.";

    public static void Check(SpecEntry entry, string what, SpecErrors errors)
    {
        if (!Name().IsMatch(entry.Name)) errors.Add(entry, $"'{entry.Name}' is no name of a {what}.", Mend);
    }

    public static void Check(SpecScalar scalar, string what, SpecErrors errors)
    {
        if (!Name().IsMatch(scalar.Text)) errors.Add(scalar, $"'{scalar.Text}' is no name of a {what}.", Mend);
    }

    /// <summary>A plain path below a folder.</summary>
    public static bool IsPath(string text) => text.Length is > 0 and <= 200 && PlainPath().IsMatch(text) && text.Split('/').All(part => part is not ("" or "." or ".."));

    public static bool IsVariable(string text) => Variable().IsMatch(text) && !text.StartsWith("TAKT_", StringComparison.Ordinal) && !text.StartsWith("LD_", StringComparison.Ordinal);

    public static bool TryMemory(string text, out int mebibytes)
    {
        mebibytes = 0;
        if (Memory().Match(text) is not { Success: true } match || !double.TryParse(match.Groups[1].ValueSpan, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount)) return false;
        var mib = amount * (match.Groups[2].Value[0] is 'G' ? 1024 : 1);
        if (mib is < 64 or > 1 << 20) return false;
        mebibytes = (int)mib;
        return true;
    }

    [GeneratedRegex("^[a-z][a-z0-9_-]{0,62}$")]
    private static partial Regex Name();

    [GeneratedRegex("^[A-Za-z0-9._/-]+$")]
    private static partial Regex PlainPath();

    [GeneratedRegex("^[A-Z][A-Z0-9_]{0,63}$")]
    private static partial Regex Variable();

    [GeneratedRegex("^([0-9]+(?:\\.[0-9]+)?) ?(MiB|GiB|MB|GB)$")]
    private static partial Regex Memory();
}
