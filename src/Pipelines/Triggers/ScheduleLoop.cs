using System.Globalization;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Takt.Kernel;
using Takt.Pipelines.Runs;
using Takt.Pipelines.Specs;

namespace Takt.Pipelines.Triggers;

/// <summary>Starts pipelines by the clock. A time that passed while the server was away fires once when it is back, the newest alone.</summary>
internal sealed partial class ScheduleLoop(SpecStore specs, StartRun start, FiringStore firings, TimeProvider time, ILogger<ScheduleLoop> log) : BackgroundService
{
    private static readonly TimeSpan look = TimeSpan.FromSeconds(1);

    // A schedule that was never fired counts from when this server first saw it.
    private readonly Dictionary<(ProjectId, string, string), DateTimeOffset> seen = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(look, time);
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
        {
            try
            {
                await LookAsync(stoppingToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                LogFailed(e);
            }
        }
    }

    internal async Task LookAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcMicroseconds();
        foreach (var (project, trigger) in await specs.AllTriggersAsync(cancellationToken).ConfigureAwait(false))
        {
            if (trigger.Cron is not { } cron) continue;
            var key = (project, trigger.Name, cron);
            if (!seen.TryGetValue(key, out var since)) seen[key] = since = await firings.LastTimeAsync(project, trigger.Name, cancellationToken).ConfigureAwait(false) ?? now;
            DateTimeOffset? due = null;
            for (var next = CronTimes.Next(cron, since); next is { } at && at <= now; next = CronTimes.Next(cron, at)) due = at;
            if (due is null) continue;
            seen[key] = due.Value;
            await FireAsync(project, trigger, due.Value, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task FireAsync(ProjectId project, TriggerSpec trigger, DateTimeOffset due, CancellationToken cancellationToken)
    {
        var caller = Caller.System(project);
        var when = due.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
        var prepared = await start.PrepareAsync(caller, trigger.Pipeline, trigger.With.ToDictionary(w => w.Key, w => w.Value.Literal), $"trigger {trigger.Name} (schedule, {when})", useCache: true,
            cancellationToken).ConfigureAwait(false);
        await firings.FireAsync(caller, trigger.Name, $"time:{when}", prepared.IsDone ? prepared.Value : null, prepared.Problem?.ToString(), cancellationToken).ConfigureAwait(false);
    }

    [LoggerMessage(1903, LogLevel.Error, "Schedules could not be looked at; the next look is in a second")]
    private partial void LogFailed(Exception e);
}
