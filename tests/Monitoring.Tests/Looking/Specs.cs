namespace Takt.Monitoring.Tests;

internal static class Specs
{
    /// <summary>As takt.yaml gives it when it names the deployment alone.</summary>
    public static readonly MonitorSpec Default = new("watch", "flight-late", TimeSpan.FromDays(7), 500, 0.01, 0.1, 0.02, 0.03);

    /// <summary>A profile of some of its blocks.</summary>
    public static Profile Take(this Profile profile, IReadOnlyList<int> blocks) => profile with
    {
        Blocks = [.. blocks.Select(b => profile.Blocks[b])],
        Score = profile.Score with { Counts = [.. blocks.Select(b => profile.Score.Counts[b])] },
        Columns = [.. profile.Columns.Select(c => c with { Counts = [.. blocks.Select(b => c.Counts[b])] })],
    };
}
