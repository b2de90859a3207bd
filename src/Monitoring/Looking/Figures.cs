using System.Globalization;

namespace Takt.Monitoring;

/// <summary>How figures are written in sentences.</summary>
internal static class Figures
{
    public static string Percent(double share) => (share * 100).ToString("0.0", CultureInfo.InvariantCulture) + " %";

    public static string Number(double value) =>
        value == 0 ? "0" : Math.Abs(value) is >= 0.001 and < 1e6 ? value.ToString("0.###", CultureInfo.InvariantCulture) : value.ToString("0.##e0", CultureInfo.InvariantCulture);

    public static string Count(long count) => count.ToString("#,0", CultureInfo.InvariantCulture);

    public static string PValue(double p) => p < 0.0001 ? "below 0.0001" : p.ToString("0.####", CultureInfo.InvariantCulture);

    public static string Length(int seconds) => seconds switch
    {
        86_400 => "day",
        _ when seconds % 86_400 == 0 => $"block of {seconds / 86_400} days",
        _ when seconds % 3_600 == 0 => $"block of {seconds / 3_600} h",
        _ when seconds % 60 == 0 => $"block of {seconds / 60} min",
        _ => $"block of {seconds} s",
    };

    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString(time.TimeOfDay == TimeSpan.Zero ? "yyyy-MM-dd" : "yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
}
