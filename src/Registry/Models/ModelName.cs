using System.Globalization;
using System.Text.RegularExpressions;
using Takt.Kernel;

namespace Takt.Registry;

/// <summary>What models and aliases may be called, and how they are written together: <c>name/3</c>, <c>name@champion</c>.</summary>
internal static partial class ModelName
{
    public const int Longest = 250;

    public static Problem? Refusal(string name)
    {
        if (name.Length is > 0 and <= Longest && !name.Any(c => c is '/' or ':' or '@' || char.IsControl(c))) return null;
        return Problem.Invalid("model-name-invalid", $"'{(name.Length > 80 ? name[..80] + "…" : name)}' is no name for a model.", $"1 to {Longest} characters without '/', ':' and '@'.");
    }

    /// <summary>MLflow's rules: word characters and hyphens; not <c>latest</c>, and nothing that reads like a version (<c>v3</c>).</summary>
    public static Problem? AliasRefusal(string alias) =>
        AliasPattern().IsMatch(alias) && alias != "latest" && !VersionLike().IsMatch(alias)
            ? null
            : Problem.Invalid("alias-name-invalid", $"'{(alias.Length > 80 ? alias[..80] + "…" : alias)}' is no name for an alias.", "Letters, digits, '_' and '-'; not 'latest', and not like 'v3'.");

    /// <summary>Reads <c>name/3</c> or <c>name@alias</c>; null where it is neither.</summary>
    public static (string Model, int? Number, string? Alias)? Parse(string reference)
    {
        if (reference.LastIndexOf('@') is var at and > 0 && at + 1 < reference.Length) return (reference[..at], null, reference[(at + 1)..]);
        if (reference.LastIndexOf('/') is var slash and > 0 && int.TryParse(reference.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return (reference[..slash], number, null);
        return null;
    }

    [GeneratedRegex(@"^[A-Za-z0-9_\-]{1,255}$", RegexOptions.NonBacktracking)]
    private static partial Regex AliasPattern();

    [GeneratedRegex("^[vV][0-9]+$", RegexOptions.NonBacktracking)]
    private static partial Regex VersionLike();
}
