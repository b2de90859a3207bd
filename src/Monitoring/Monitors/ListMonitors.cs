using Microsoft.AspNetCore.Http;
using Takt.Kernel;

namespace Takt.Monitoring;

/// <param name="Latest">The window looked at last; null before the first.</param>
/// <param name="Alerts">That stand, newest first.</param>
internal sealed record MonitorStatus(MonitorSpec Spec, DateTimeOffset? LookedUntil, DateTimeOffset? CompleteUntil, MonitorWindow? Latest, IReadOnlyList<AlertStanding> Alerts);

internal static class ListMonitors
{
    /// <summary>GET monitors</summary>
    public static async Task<IResult> Handle(Caller caller, MonitorStore monitors, WindowStore windows, AlertStore alerts, CancellationToken cancellationToken)
    {
        var standing = await alerts.ListAsync(caller.Project, [AlertState.Open, AlertState.Acknowledged], 1000, cancellationToken).ConfigureAwait(false);
        var statuses = new List<MonitorStatus>();
        foreach (var monitor in await monitors.ListAsync(caller.Project, cancellationToken).ConfigureAwait(false))
        {
            var latest = await windows.ListAsync(caller.Project, monitor.Spec.Name, null, 1, cancellationToken).ConfigureAwait(false);
            statuses.Add(new MonitorStatus(monitor.Spec, monitor.LookedUntil, monitor.CompleteUntil, latest.FirstOrDefault(), [.. standing.Where(a => a.Alert.Monitor == monitor.Spec.Name)]));
        }
        return Results.Json(statuses, TaktJson.Options);
    }
}
