namespace Takt.Supervisor;

/// <summary>How soon a child that died starts again: at once, but one that keeps dying waits longer each time.</summary>
internal sealed class RestartPace(TimeProvider time)
{
    private static readonly TimeSpan longEnough = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan longest = TimeSpan.FromSeconds(10);
    private DateTimeOffset started;

    /// <summary>How often in a row it died young.</summary>
    internal int DiedYoung { get; private set; }

    internal void Started() => started = time.GetUtcNow();

    /// <summary>How long to wait now that it died.</summary>
    internal TimeSpan Died()
    {
        DiedYoung = time.GetUtcNow() - started >= longEnough ? 1 : DiedYoung + 1;
        if (DiedYoung <= 2) return TimeSpan.Zero;
        var wait = TimeSpan.FromMilliseconds(250 * Math.Pow(2, Math.Min(DiedYoung - 3, 10)));
        return wait < longest ? wait : longest;
    }
}
