using System.Globalization;

namespace Takt.Native.DuckDb;

/// <summary>Between the engine's values and .NET's.</summary>
internal static class DuckValue
{
    private const long TicksPerMicrosecond = TimeSpan.TicksPerMicrosecond;

    public static readonly int EpochDay = new DateOnly(1970, 1, 1).DayNumber;

    public static long Microseconds(DateTimeOffset time) => (time.UtcTicks - DateTime.UnixEpoch.Ticks) / TicksPerMicrosecond;

    /// <summary>Times that .NET cannot hold (infinity, year 290,000) become its bounds.</summary>
    public static DateTimeOffset Time(long value, long microseconds)
    {
        var ticks = (Int128)value * microseconds * TicksPerMicrosecond + DateTime.UnixEpoch.Ticks;
        if (ticks < DateTime.MinValue.Ticks) return DateTimeOffset.MinValue;
        return ticks > DateTime.MaxValue.Ticks ? DateTimeOffset.MaxValue : new DateTimeOffset((long)ticks, TimeSpan.Zero);
    }

    public static object Decimal(Int128 unscaled, byte scale)
    {
        if (Int128.Abs(unscaled) > (Int128)decimal.MaxValue) return (double)unscaled / Math.Pow(10, scale);
        var value = (decimal)unscaled;
        for (var i = 0; i < scale; i++) value /= 10;
        return value;
    }

    public static T? To<T>(object? value) => value switch
    {
        null => default,
        T same => same,
        Int128 big => (T)Convert.ChangeType((decimal)big, Bare(typeof(T)), CultureInfo.InvariantCulture),
        _ => (T)Convert.ChangeType(value, Bare(typeof(T)), CultureInfo.InvariantCulture),
    };

    private static Type Bare(Type type) => Nullable.GetUnderlyingType(type) ?? type;
}
