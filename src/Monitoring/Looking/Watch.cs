using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Takt.Kernel;
using Takt.Serving;

namespace Takt.Monitoring;

/// <summary>Wakes the monitors whose deployment has moved: four times a second while things move, else once a second.</summary>
internal sealed partial class Watch(MonitorStore monitors, LookAtWindows look, IInferenceLog log, TimeProvider time, ILogger<Watch> logger) : BackgroundService
{
    private static readonly TimeSpan Moving = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Still = TimeSpan.FromSeconds(1);

    private readonly Dictionary<(ProjectId, string), (InferenceProgress Progress, long At)> seen = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var moved = false;
            try
            {
                moved = await RoundAsync(stoppingToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                LogFailed(e);
            }
            try
            {
                await Task.Delay(moved ? Moving : Still, time, stoppingToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    /// <summary>One round over all monitors; true where any deployment has moved.</summary>
    public async Task<bool> RoundAsync(CancellationToken cancellationToken)
    {
        var moved = false;
        foreach (var monitor in await monitors.AllAsync(cancellationToken).ConfigureAwait(false))
        {
            var key = (monitor.Project, monitor.Spec.Name);
            try
            {
                var progress = await log.ProgressAsync(monitor.Project, monitor.Spec.Deployment, cancellationToken).ConfigureAwait(false);
                // Even where nothing is asked any more, a champion may change, and truth that was put off may be due.
                var same = seen.TryGetValue(key, out var last) && last.Progress == progress;
                if (same && time.GetElapsedTime(last.At) < Still) continue;
                moved |= !same;
                await look.FollowAsync(monitor, progress, cancellationToken).ConfigureAwait(false);
                seen[key] = (progress, time.GetTimestamp());
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                LogMonitorFailed(e, monitor.Spec.Name);
            }
        }
        return moved;
    }

    [LoggerMessage(1810, LogLevel.Error, "The monitors could not be read; they are tried again in a second.")]
    private partial void LogFailed(Exception exception);

    [LoggerMessage(1811, LogLevel.Error, "Monitor {Monitor} could not look; it is tried again in a second.")]
    private partial void LogMonitorFailed(Exception exception, string monitor);
}
