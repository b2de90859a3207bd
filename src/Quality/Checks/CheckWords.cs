using System.Globalization;
using Takt.Datasets;

namespace Takt.Quality;

/// <summary>Says checks and figures in words.</summary>
internal static class CheckWords
{
    public static string Of(CheckSpec check)
    {
        var words = check.Kind switch
        {
            "not-empty" => $"{check.Column} not empty",
            "between" when check.Values.Count == 2 => $"{check.Column} between {check.Values[0]} and {check.Values[1]}",
            "between" => $"{check.Column} {Bounds(check)}",
            "one-of" => $"{check.Column} one of {string.Join(", ", check.Values.Take(8))}{(check.Values.Count > 8 ? ", …" : "")}",
            "unique" => $"{check.Column} unique",
            "rows" => $"rows {Bounds(check)}",
            "mean" when check.Tolerance is { } tolerance => $"mean of {check.Column} within {Percent(tolerance)} of the last version",
            "mean" => $"mean of {check.Column} {Bounds(check)}",
            "matches" => $"{check.Column} matches {check.Values[0]}",
            "fresh" => $"{check.Column ?? "time"} not older than {Age(check.Max ?? 0)}",
            "like-last" => $"{check.Column} like the last version",
            _ => check.Kind,
        };
        return check.Share < 1 && check.Kind is not "like-last" ? $"{words} for {Percent(check.Share)} of rows" : words;
    }

    public static string Number(double value) => value.ToString(Math.Abs(value) is >= 1e-4 and < 1e15 or 0 ? "#,0.####" : "G6", CultureInfo.InvariantCulture);

    public static string Number(long value) => value.ToString("#,0", CultureInfo.InvariantCulture);

    public static string Percent(double share) => $"{(share * 100).ToString(share is > 0 and < 0.0001 ? "G2" : "0.##", CultureInfo.InvariantCulture)} %";

    public static string Age(double seconds) => seconds switch
    {
        >= 172_800 => $"{Number(seconds / 86_400)} days",
        >= 7_200 => $"{Number(seconds / 3_600)} hours",
        _ => $"{Number(seconds)} seconds",
    };

    public static string Bounds(CheckSpec check) => (check.Min, check.Max) switch
    {
        ({ } min, { } max) => $"between {Number(min)} and {Number(max)}",
        ({ } min, null) => $"at least {Number(min)}",
        (null, { } max) => $"at most {Number(max)}",
        _ => "of any size",
    };
}
