using Takt.Datasets;
using Takt.Native.DuckDb;

namespace Takt.Quality;

/// <summary>Checks of the delivery as a whole: <c>rows</c>, <c>mean</c>, <c>fresh</c>.</summary>
internal static class TableExpectations
{
    public static Expectation Rows(CheckSpec check) => new(check, CheckWords.Of(check), [], (_, rows) =>
        new Finding(!(rows < check.Min || rows > check.Max), $"{CheckWords.Bounds(check)} rows", $"{CheckWords.Number(rows)} rows"));

    public static Expectation Mean(CheckSpec check, LastFigures? last)
    {
        var name = DuckSql.Name(check.Column!);
        return new Expectation(check, CheckWords.Of(check), [$"avg(CAST({name} AS DOUBLE))"], (figures, _) =>
        {
            var (low, high, note) = (check.Min, check.Max, "");
            if (check.Tolerance is { } tolerance)
            {
                if (last is null || last.Columns.GetValueOrDefault(check.Column!)?.Mean is not { } before) return Unheld("a last version to compare with");
                low = Math.Max(low ?? double.NegativeInfinity, before - Math.Abs(before) * tolerance);
                high = Math.Min(high ?? double.PositiveInfinity, before + Math.Abs(before) * tolerance);
                note = $" ({last.Version} has {CheckWords.Number(before)})";
            }
            var expected = $"{CheckWords.Bounds(check with { Min = low, Max = high })}{note}";
            return CheckFigures.Real(figures[0]) is { } mean && double.IsFinite(mean)
                ? new Finding(!(mean < low || mean > high), expected, CheckWords.Number(mean))
                : new Finding(false, expected, "no mean: the column has no finite values");
        });
    }

    public static Expectation Fresh(CheckSpec check, string column, DateTimeOffset now) =>
        new(check with { Column = column }, CheckWords.Of(check with { Column = column }), [$"max({DuckSql.Name(column)})"], (figures, _) =>
        {
            var expected = $"something younger than {CheckWords.Age(check.Max!.Value)}";
            if (figures[0] is not DateTimeOffset newest) return new Finding(false, expected, "no time at all");
            var age = (now - newest).TotalSeconds;
            return new Finding(age <= check.Max, expected, $"the newest is of {newest:yyyy-MM-dd'T'HH:mm:ss'Z'}, {(age < 0 ? "in the future" : $"{CheckWords.Age(age)} ago")}");
        });

    /// <summary>Compared with nothing: a first delivery cannot break it.</summary>
    public static Finding Unheld(string lacking) => new(true, lacking, "none yet: not compared");
}
