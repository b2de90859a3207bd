using Quartz;

namespace Takt.Pipelines.Triggers;

/// <summary>Times of a schedule, UTC. Of Quartz only the reading of cron is used: what ran and what not stands in our own records.</summary>
internal static class CronTimes
{
    /// <summary>Why it is no cron; null where it is.</summary>
    public static string? Refusal(string cron)
    {
        try
        {
            _ = Parse(cron);
            return null;
        }
        catch (FormatException e)
        {
            return $"'{cron}' is no schedule: {e.Message}";
        }
    }

    /// <summary>The first time after <paramref name="after"/>; null: never again.</summary>
    public static DateTimeOffset? Next(string cron, DateTimeOffset after) => Parse(cron).GetNextValidTimeAfter(after);

    private static CronExpression Parse(string cron) => new(cron, TimeZoneInfo.Utc);
}
