using System.Globalization;
using Takt.Datasets;
using Takt.Native.DuckDb;

namespace Takt.Quality;

/// <summary>
/// <c>like-last</c> for one column. Numbers: the mean has moved by at most <c>tolerance</c> (0.25 where not given) of the last version's standard deviations,
/// and at least <c>share</c> (0.99) of the values lie within its range. Text: at least that share of the values are ones it had. Either: the share of
/// rows without a value has grown by no more than 1 - share.
/// </summary>
internal static class LikeLastExpectation
{
    private const double DefaultTolerance = 0.25;

    public static Expectation Of(CheckSpec check, ColumnSpec column, LastFigures? last)
    {
        var words = CheckWords.Of(check with { Column = column.Name });
        var spec = check with { Column = column.Name };
        if (last?.Columns.GetValueOrDefault(column.Name) is not { } before) return new Expectation(spec, words, [], (_, _) => TableExpectations.Unheld("a last version to compare with"));
        return column.Type is "integer" or "number" ? Numbers(spec, words, last.Version, before) : Texts(spec, words, last, before);
    }

    private static Expectation Numbers(CheckSpec check, string words, string version, LastColumn before)
    {
        var name = DuckSql.Name(check.Column!);
        var tolerance = check.Tolerance ?? DefaultTolerance;
        var offends = before.Min is { } min && before.Max is { } max
            ? $"({name} < {min.ToString("R", CultureInfo.InvariantCulture)} OR {name} > {max.ToString("R", CultureInfo.InvariantCulture)})"
            : $"({name} IS NOT NULL)";
        string[] figures = [$"avg(CAST({name} AS DOUBLE))", $"count(*) FILTER (WHERE {offends})", $"count({name})"];
        return new Expectation(check, words, figures, (found, rows) =>
        {
            var (outside, count) = (CheckFigures.Whole(found[1]), CheckFigures.Whole(found[2]));
            var mean = CheckFigures.Real(found[0]);
            var shift = mean is null || before.Mean is null ? 0 : Math.Abs(mean.Value - before.Mean.Value) / Math.Max(before.Std ?? 0, 1e-12);
            var nulls = 1 - (double)count / rows;
            var passed = shift <= tolerance && outside <= (1 - check.Share) * count && nulls <= before.Nulls + 1 - check.Share;
            return new Finding(passed,
                $"a mean within {CheckWords.Number(tolerance)} standard deviations of {CheckWords.Number(before.Mean ?? 0)}, {CheckWords.Percent(check.Share)} of values from {CheckWords.Number(before.Min ?? 0)} to {CheckWords.Number(before.Max ?? 0)} (as {version})",
                $"mean {CheckWords.Number(mean ?? 0)} ({CheckWords.Number(shift)} standard deviations off), {CheckWords.Percent((double)outside / Math.Max(1, count))} of values outside, {CheckWords.Percent(nulls)} without a value",
                outside);
        })
        { Offends = offends };
    }

    private static Expectation Texts(CheckSpec check, string words, LastFigures last, LastColumn before)
    {
        var name = DuckSql.Name(check.Column!);
        var offends = $"({name} IS NOT NULL AND {name} NOT IN (SELECT {name} FROM {last.Source} WHERE {name} IS NOT NULL))";
        return new Expectation(check, words, [$"count(*) FILTER (WHERE {offends})", $"count({name})"], (found, rows) =>
        {
            var (unseen, count) = (CheckFigures.Whole(found[0]), CheckFigures.Whole(found[1]));
            var nulls = 1 - (double)count / rows;
            return new Finding(unseen <= (1 - check.Share) * count && nulls <= before.Nulls + 1 - check.Share,
                $"{CheckWords.Percent(check.Share)} of values that {last.Version} has",
                $"{CheckWords.Percent((double)unseen / Math.Max(1, count))} of values are new, {CheckWords.Percent(nulls)} without a value", unseen);
        })
        { Offends = offends };
    }
}
