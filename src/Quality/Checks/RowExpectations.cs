using System.Globalization;
using Takt.Datasets;
using Takt.Native.DuckDb;

namespace Takt.Quality;

/// <summary>Checks that each row keeps or breaks on its own: <c>not-empty</c>, <c>between</c>, <c>one-of</c>, <c>matches</c>; and <c>unique</c>, which counts repeats.</summary>
internal static class RowExpectations
{
    public static Expectation NotEmpty(CheckSpec check, DuckType type)
    {
        var name = DuckSql.Name(check.Column!);
        var empty = type switch
        {
            DuckType.Varchar => $"({name} IS NULL OR trim({name}) = '')",
            DuckType.Double => $"({name} IS NULL OR isnan({name}))",
            _ => $"({name} IS NULL)",
        };
        return Share(check, empty, "with a value", "empty");
    }

    public static Expectation Between(CheckSpec check)
    {
        var name = DuckSql.Name(check.Column!);
        var (low, high) = check.Values.Count == 2
            ? (Time(check.Values[0]), Time(check.Values[1]))
            : (check.Min?.ToString("R", CultureInfo.InvariantCulture), check.Max?.ToString("R", CultureInfo.InvariantCulture));
        string?[] breaks = [low is null ? null : $"{name} < {low}", high is null ? null : $"{name} > {high}"];
        var expectation = Share(check, $"({string.Join(" OR ", breaks.OfType<string>())})", "inside", "outside");
        // The ends of what came tell more than a count: kilometres for miles show at once.
        return expectation with
        {
            Figures = [.. expectation.Figures, $"min({name})", $"max({name})"],
            Judge = (figures, rows) => expectation.Judge(figures, rows) is var finding && finding.Passed ? finding
                : finding with { Observed = $"{finding.Observed}; values from {Shown(figures[1])} to {Shown(figures[2])}" },
        };
    }

    public static Expectation OneOf(CheckSpec check)
    {
        var name = DuckSql.Name(check.Column!);
        return Share(check, $"({name} IS NOT NULL AND CAST({name} AS VARCHAR) NOT IN ({string.Join(", ", check.Values.Select(DuckSql.Text))}))", "of these values", "of other values");
    }

    public static Expectation Matches(CheckSpec check)
    {
        var name = DuckSql.Name(check.Column!);
        return Share(check, $"({name} IS NOT NULL AND NOT regexp_full_match({name}, {DuckSql.Text(check.Values[0])}))", "matching", "not matching");
    }

    public static Expectation Unique(CheckSpec check)
    {
        var name = DuckSql.Name(check.Column!);
        return new Expectation(check, CheckWords.Of(check), [$"count({name}) - count(DISTINCT {name})"], (figures, rows) =>
        {
            var repeats = CheckFigures.Whole(figures[0]);
            return new Finding(repeats <= (1 - check.Share) * rows, "no value twice", $"{CheckWords.Number(repeats)} of {CheckWords.Number(rows)} rows repeat a value", repeats);
        })
        { Offends = $"{name} IN (SELECT {name} FROM delivery GROUP BY {name} HAVING count(*) > 1)" };
    }

    private static Expectation Share(CheckSpec check, string offends, string kept, string broken) =>
        new(check, CheckWords.Of(check), [$"count(*) FILTER (WHERE {offends})"], (figures, rows) =>
        {
            var offending = CheckFigures.Whole(figures[0]);
            return new Finding(rows - offending >= check.Share * rows, $"{(check.Share < 1 ? $"at least {CheckWords.Percent(check.Share)} of rows" : "every row")} {kept}",
                $"{CheckWords.Number(offending)} of {CheckWords.Number(rows)} rows ({CheckWords.Percent((double)offending / rows)}) {broken}", offending);
        })
        { Offends = offends };

    private static string Time(string text) => $"TIMESTAMP {DuckSql.Text(CheckFigures.Time(text).ToString("yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture))}";

    private static string Shown(object? value) => value switch
    {
        DateTimeOffset time => time.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
        null => "nothing",
        _ => CheckWords.Number(CheckFigures.Real(value) ?? double.NaN),
    };
}
