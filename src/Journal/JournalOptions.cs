namespace Takt.Journal;

/// <summary>Settings under <c>Takt:Journal</c>.</summary>
internal sealed class JournalOptions
{
    /// <summary>A signing key older than this gets a successor at the next start. Default a year.</summary>
    public TimeSpan KeyLifetime { get; init; } = TimeSpan.FromDays(365);
}
