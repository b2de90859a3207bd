using System.Globalization;

namespace Takt.Quality;

/// <summary>The engine's values as the checks want them.</summary>
internal static class CheckFigures
{
    public static long Whole(object? value) => value switch
    {
        null => 0,
        Int128 big => (long)big,
        _ => Convert.ToInt64(value, CultureInfo.InvariantCulture),
    };

    public static double? Real(object? value) => value switch
    {
        null => null,
        Int128 big => (double)big,
        _ => Convert.ToDouble(value, CultureInfo.InvariantCulture),
    };

    public static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal);
}
