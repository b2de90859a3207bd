using Microsoft.AspNetCore.Http;
using Takt.Journal;
using Takt.Kernel;
using Takt.Records;

namespace Takt.Monitoring;

/// <param name="Before">Event time: neither a request nor a truth of something earlier will come any more.</param>
internal sealed record Completeness(DateTimeOffset Before);

internal static class DeclareComplete
{
    /// <summary>POST monitors/{monitor}/complete : windows up to that time are closed and judged with the truth they have.</summary>
    public static async Task<IResult> Handle(Caller caller, string monitor, Completeness asked, MonitorStore monitors, ITaktDatabase database, IJournal journal, CancellationToken cancellationToken)
    {
        if (await monitors.FindAsync(caller.Project, monitor, cancellationToken).ConfigureAwait(false) is null) return MonitorProblems.NotFound(monitor).ToHttp();
        var before = asked.Before.Truncate();
        await database.InTransactionAsync(async (transaction, token) =>
        {
            await monitors.CompleteAsync(transaction, caller.Project, monitor, before, token).ConfigureAwait(false);
            await journal.AppendAsync(transaction, Fact.Of(caller, "monitor.completed", new Subject("monitor", monitor), new Completeness(before)), token).ConfigureAwait(false);
        }, cancellationToken).ConfigureAwait(false);
        return Results.Json(new Completeness(before), TaktJson.Options, statusCode: StatusCodes.Status202Accepted);
    }
}
