using System.Globalization;

namespace Takt.Kernel;

/// <summary>Reads values out of a <see cref="SpecMap"/>, naming each mistake with its line and its mend.</summary>
public static class SpecReading
{
    /// <summary>Names that the map has and nobody reads are mistakes; the nearest known name is offered.</summary>
    public static void AllowOnly(this SpecMap map, SpecErrors errors, string what, params ReadOnlySpan<string> known)
    {
        foreach (var entry in map.Entries)
        {
            if (known.Contains(entry.Name)) continue;
            var near = Nearest(entry.Name, known);
            errors.Add(entry, $"{what} has no '{entry.Name}'.", near is null ? $"Known: {string.Join(", ", known.ToArray())}." : $"Did you mean '{near}'?");
        }
    }

    public static string? Text(this SpecMap map, string name, SpecErrors errors) =>
        map[name] switch
        {
            null => null,
            SpecScalar scalar => scalar.Text,
            var other => Wrong<string>(other, errors, $"'{name}' must be one value.")
        };

    /// <summary>A text that must be there.</summary>
    public static string RequiredText(this SpecMap map, string name, SpecErrors errors, string what)
    {
        if (map[name] is null) errors.Add(map, $"{what} needs '{name}'.");
        return map.Text(name, errors) ?? "";
    }

    public static double? Number(this SpecMap map, string name, SpecErrors errors) =>
        map[name] switch
        {
            null => null,
            SpecScalar s when double.TryParse(s.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value) => value,
            var other => WrongValue<double>(other, errors, $"'{name}' must be a number.")
        };

    public static int? Whole(this SpecMap map, string name, SpecErrors errors) =>
        map[name] switch
        {
            null => null,
            SpecScalar s when int.TryParse(s.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) => value,
            var other => WrongValue<int>(other, errors, $"'{name}' must be a whole number.")
        };

    public static bool? Flag(this SpecMap map, string name, SpecErrors errors) =>
        map[name] switch
        {
            null => null,
            SpecScalar { Text: "true" or "yes" } => true,
            SpecScalar { Text: "false" or "no" } => false,
            var other => WrongValue<bool>(other, errors, $"'{name}' must be true or false.")
        };

    /// <summary>A length of time: <c>30s</c>, <c>5m</c>, <c>2h</c>, <c>7d</c>, <c>250ms</c>.</summary>
    public static TimeSpan? Duration(this SpecMap map, string name, SpecErrors errors)
    {
        if (map[name] is not { } node) return null;
        if (node is SpecScalar s && TryDuration(s.Text, out var value)) return value;
        return WrongValue<TimeSpan>(node, errors, $"'{name}' must be a length of time.", "Write 250ms, 30s, 5m, 2h or 7d.");
    }

    public static SpecMap? Map(this SpecMap map, string name, SpecErrors errors) =>
        map[name] switch
        {
            null => null,
            SpecMap inner => inner,
            var other => Wrong<SpecMap>(other, errors, $"'{name}' must hold named values.")
        };

    public static IReadOnlyList<SpecNode> List(this SpecMap map, string name, SpecErrors errors) =>
        map[name] switch
        {
            null => [],
            SpecList list => list.Items,
            var other => Wrong<IReadOnlyList<SpecNode>>(other, errors, $"'{name}' must be a list.") ?? []
        };

    /// <summary>A word of an enum, written in kebab-case.</summary>
    public static T? Word<T>(this SpecMap map, string name, SpecErrors errors) where T : struct, Enum
    {
        if (map[name] is not { } node) return null;
        if (node is SpecScalar s && Enum.TryParse<T>(s.Text.Replace("-", "", StringComparison.Ordinal), ignoreCase: true, out var value)) return value;
        var words = string.Join(", ", Enum.GetNames<T>().Select(System.Text.Json.JsonNamingPolicy.KebabCaseLower.ConvertName));
        return WrongValue<T>(node, errors, $"'{name}' has no such value.", $"One of: {words}.");
    }

    private static bool TryDuration(string text, out TimeSpan value)
    {
        value = default;
        var unit = text.AsSpan().TrimStart("0123456789.");
        if (!double.TryParse(text.AsSpan(0, text.Length - unit.Length), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count)) return false;
        var seconds = unit switch { "ms" => 0.001, "s" => 1, "m" => 60, "h" => 3600, "d" => 86400, _ => double.NaN };
        if (!double.IsFinite(count * seconds) || count * seconds > 1e9) return false;
        value = TimeSpan.FromSeconds(count * seconds);
        return true;
    }

    private static T? Wrong<T>(SpecNode at, SpecErrors errors, string message, string? mend = null) where T : class
    {
        errors.Add(at, message, mend);
        return null;
    }

    private static T? WrongValue<T>(SpecNode at, SpecErrors errors, string message, string? mend = null) where T : struct
    {
        errors.Add(at, message, mend);
        return null;
    }

    private static string? Nearest(string name, ReadOnlySpan<string> known)
    {
        string? best = null;
        var least = Math.Max(2, name.Length / 3) + 1;
        foreach (var candidate in known)
        {
            var distance = Distance(name, candidate);
            if (distance < least) (least, best) = (distance, candidate);
        }
        return best;
    }

    private static int Distance(string a, string b)
    {
        var row = new int[b.Length + 1];
        for (var j = 0; j <= b.Length; j++) row[j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var above = row[j];
                row[j] = Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }
        return row[^1];
    }
}
