using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Takt.Kernel;

namespace Takt.Tracking;

/// <summary>
/// Keeps tails short: folds a run's tail into blocks once enough points, or enough calls, have gathered. What is due is counted in memory; after a
/// restart the first sweep finds what was left.
/// </summary>
internal sealed partial class MetricFolding(MetricBlockStore blocks, ILogger<MetricFolding> log) : BackgroundService
{
    private const int FewestPoints = 16_384;
    private const int MostPoints = 262_144;
    private const int PointsPerKey = 64; // a fold rewrites a part of a block for each key: let each have gathered some
    private const int MostCalls = 2_048;

    private readonly ConcurrentDictionary<RunId, Gathered> gathered = new();
    private readonly Channel<(ProjectId Project, RunId Run)> due = Channel.CreateUnbounded<(ProjectId, RunId)>(new() { SingleReader = true });

    /// <summary>A call has put points into the run's tail.</summary>
    public void Logged(ProjectId project, RunId run, int points, int keys)
    {
        var now = gathered.AddOrUpdate(run, static (_, a) => new(a.points, 1, a.keys), static (_, g, a) => new(g.Points + a.points, g.Calls + 1, Math.Max(g.Keys, a.keys)), (points, keys));
        if (now.Calls < MostCalls && now.Points < Math.Clamp(now.Keys * PointsPerKey, FewestPoints, MostPoints)) return;
        if (gathered.TryRemove(run, out _)) due.Writer.TryWrite((project, run));
    }

    /// <summary>The run has ended: nothing more is expected in its tail.</summary>
    public void Ended(ProjectId project, RunId run)
    {
        if (gathered.TryRemove(run, out var g) && g is { Calls: > 16 }) due.Writer.TryWrite((project, run));
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await TryAsync(async () =>
        {
            foreach (var (project, run) in await blocks.LongTailsAsync(FewestPoints, stoppingToken).ConfigureAwait(false)) due.Writer.TryWrite((project, run));
        }).ConfigureAwait(false);
        await foreach (var (project, run) in due.Reader.ReadAllAsync(stoppingToken).ConfigureAwait(false))
            await TryAsync(() => blocks.FoldAsync(project, run, stoppingToken)).ConfigureAwait(false);
    }

    private async Task TryAsync(Func<Task> work)
    {
        try
        {
            await work().ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            Failed(e); // nothing is lost: the points lie in the tail, and the next fold takes them along
        }
    }

    private readonly record struct Gathered(int Points, int Calls, int Keys);

    [LoggerMessage(1400, LogLevel.Warning, "A run's metrics could not be folded into blocks; they stay readable in its tail.")]
    private partial void Failed(Exception exception);
}
