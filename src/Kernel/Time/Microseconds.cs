namespace Takt.Kernel;

/// <summary>PostgreSQL keeps microseconds: a time that is hashed must be cut to them first, to survive the round trip.</summary>
public static class Microseconds
{
    /// <summary>Now, in UTC, cut to whole microseconds.</summary>
    public static DateTimeOffset GetUtcMicroseconds(this TimeProvider time) => time.GetUtcNow().Truncate();

    public static DateTimeOffset Truncate(this DateTimeOffset time) => new(time.UtcTicks - time.UtcTicks % TimeSpan.TicksPerMicrosecond, TimeSpan.Zero);
}
