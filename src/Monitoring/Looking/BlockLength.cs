namespace Takt.Monitoring;

/// <summary>How long a block of time is that stands for one witness.</summary>
internal static class BlockLength
{
    private const int Day = 86_400;

    /// <summary>A day where the window has at least five; else an eighth of the window. Seconds.</summary>
    public static int Of(TimeSpan window) => window.TotalDays >= 5 ? Day : Math.Max(1, (int)(window.TotalSeconds / 8));
}
