using System.Text.RegularExpressions;
using Takt.Datasets.Engine;

namespace Takt.Datasets.Catalogue;

/// <summary>What makes a spec a good one. The definition file and the API share these.</summary>
internal static partial class DatasetRules
{
    public static readonly IReadOnlyList<string> AccessClasses = ["public", "internal", "confidential", "personal"];

    [GeneratedRegex("^[a-z][a-z0-9-]{0,62}$")]
    private static partial Regex NamePattern();

    public static bool IsName(string name) => NamePattern().IsMatch(name);

    /// <summary>Every mistake, a line each.</summary>
    public static IReadOnlyList<string> Mistakes(DatasetSpec spec)
    {
        var found = new List<string>();
        if (!IsName(spec.Name)) found.Add($"'{spec.Name}' is no name: lower-case letters, digits and hyphens, at most 63, a letter first.");
        if (!AccessClasses.Contains(spec.Access)) found.Add($"'{spec.Access}' is no access class. One of: {string.Join(", ", AccessClasses)}.");
        foreach (var column in spec.Columns)
            if (!ColumnTypes.All.Contains(column.Type))
                found.Add($"Column '{column.Name}' has the unknown type '{column.Type}'. One of: {string.Join(", ", ColumnTypes.All)}.");
        foreach (var twice in spec.Columns.GroupBy(c => c.Name).Where(g => g.Count() > 1)) found.Add($"Column '{twice.Key}' is declared twice.");
        if (TimeMistake(spec) is { } mistake) found.Add(mistake);
        foreach (var check in spec.Checks) found.AddRange(CheckRules.Mistakes(check, spec.Columns));
        return found;
    }

    /// <summary>The time column, where columns are declared, must be one of them and a timestamp.</summary>
    public static string? TimeMistake(DatasetSpec spec)
    {
        if (spec.TimeColumn is null || spec.Columns.Count == 0) return null;
        var column = spec.Columns.FirstOrDefault(c => c.Name == spec.TimeColumn);
        if (column is null) return $"The time column '{spec.TimeColumn}' is not among the columns.";
        return column.Type == ColumnTypes.Timestamp ? null : $"The time column '{spec.TimeColumn}' is of type {column.Type}, not timestamp.";
    }
}
