using System.Globalization;
using Takt.Datasets.Engine;

namespace Takt.Datasets.Catalogue;

/// <summary>Which fields a check of each kind needs. Quality runs the checks; what they may say is fixed here, where they are read.</summary>
internal static class CheckRules
{
    public static readonly IReadOnlyList<string> Kinds = ["not-empty", "between", "one-of", "unique", "rows", "mean", "matches", "fresh", "like-last"];

    /// <summary>The share where none is given: every row; for <c>like-last</c>, which compares with a sample of the world, 99 %.</summary>
    public static double DefaultShare(string kind) => kind == "like-last" ? 0.99 : 1;

    public static IReadOnlyList<string> Mistakes(CheckSpec check, IReadOnlyList<ColumnSpec> columns)
    {
        if (!Kinds.Contains(check.Kind)) return [$"There is no check '{check.Kind}'. One of: {string.Join(", ", Kinds)}."];
        var found = new List<string>();
        var column = columns.FirstOrDefault(c => c.Name == check.Column);
        if (check.Column is null && check.Kind is not ("rows" or "fresh" or "like-last")) found.Add($"Check '{check.Kind}' needs a column.");
        if (check.Column is not null && columns.Count > 0 && column is null) found.Add($"Check '{check.Kind}' speaks of column '{check.Column}', which is not declared.");
        if (check.Share is not (> 0 and <= 1)) found.Add($"Check '{check.Kind}' has a share of {check.Share.ToString(CultureInfo.InvariantCulture)}; it lies above 0, and at most at 1.");
        if (check.Min > check.Max) found.Add($"Check '{check.Kind}' has a min above its max.");
        found.AddRange(FieldMistakes(check, column));
        return found;
    }

    private static IEnumerable<string> FieldMistakes(CheckSpec check, ColumnSpec? column)
    {
        var bounded = check.Min is not null || check.Max is not null;
        switch (check.Kind)
        {
            case "between" when column?.Type == ColumnTypes.Timestamp || check.Values.Count > 0:
                if (check.Values.Count != 2 || check.Values.Any(v => !IsTime(v))) yield return $"Check 'between' on the times of '{check.Column}' needs 'from' and 'to', as 2001-01-31 or 2001-01-31T12:00:00Z.";
                break;
            case "between" or "rows" when !bounded:
                yield return $"Check '{check.Kind}' needs 'min' or 'max', or both.";
                break;
            case "mean" when !bounded && check.Tolerance is null:
                yield return "Check 'mean' needs 'min' or 'max', or a 'tolerance' to the last version.";
                break;
            case "one-of" when check.Values.Count == 0:
                yield return "Check 'one-of' needs 'values'.";
                break;
            case "matches" when check.Values.Count != 1:
                yield return "Check 'matches' needs one 'pattern'.";
                break;
            case "fresh" when check.Max is not > 0:
                yield return "Check 'fresh' needs 'within', as 2d or 6h.";
                break;
        }
        if (check.Kind is "between" or "mean" && bounded && column is { Type: not (ColumnTypes.Integer or ColumnTypes.Number) })
            yield return $"Check '{check.Kind}' needs numbers; column '{column.Name}' is {column.Type}.";
        if (check.Kind == "matches" && column is { Type: not ColumnTypes.Text }) yield return $"Check 'matches' needs text; column '{column.Name}' is {column.Type}.";
        if (check.Tolerance is <= 0) yield return $"Check '{check.Kind}' needs a tolerance above 0.";
    }

    public static bool IsTime(string text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out _);
}
