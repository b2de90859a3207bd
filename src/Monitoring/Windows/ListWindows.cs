using System.Globalization;
using Microsoft.AspNetCore.Http;
using Takt.Kernel;

namespace Takt.Monitoring;

internal static class ListWindows
{
    private const int Limit = 100;

    /// <summary>GET monitors/{monitor}/windows?limit=&amp;page= : newest first.</summary>
    public static async Task<IResult> Handle(Caller caller, string monitor, int? limit, string? page, MonitorStore monitors, WindowStore windows, CancellationToken cancellationToken)
    {
        if (await monitors.FindAsync(caller.Project, monitor, cancellationToken).ConfigureAwait(false) is null) return MonitorProblems.NotFound(monitor).ToHttp();
        DateTimeOffset? before = null;
        if (page is not null)
        {
            if (!DateTimeOffset.TryParse(page, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)) return MonitorProblems.BadPage(page).ToHttp();
            before = time;
        }
        var size = Math.Clamp(limit ?? Limit, 1, Limit);
        var found = await windows.ListAsync(caller.Project, monitor, before, size, cancellationToken).ConfigureAwait(false);
        var next = found.Count == size ? found[^1].From.UtcDateTime.ToString("O", CultureInfo.InvariantCulture) : null;
        return Results.Json(new Page<MonitorWindow>(found, next), TaktJson.Options);
    }
}
