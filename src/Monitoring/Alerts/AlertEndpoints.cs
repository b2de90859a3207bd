using Microsoft.AspNetCore.Http;
using Takt.Journal;
using Takt.Kernel;
using Takt.Records;

namespace Takt.Monitoring;

/// <param name="Note">For those who come after; may be left out.</param>
internal sealed record Acknowledgement(string? Note);

internal static class AlertEndpoints
{
    private const int Limit = 200;

    /// <summary>GET alerts?state=open|acknowledged|resolved : newest first; without a state, all.</summary>
    public static async Task<IResult> List(Caller caller, string? state, int? limit, AlertStore store, CancellationToken cancellationToken)
    {
        AlertState[] states = state is null ? Enum.GetValues<AlertState>() : Enum.TryParse<AlertState>(state, ignoreCase: true, out var one) ? [one] : [];
        if (states.Length == 0) return Problem.Invalid("alert-state-unknown", $"'{state}' is no state of an alert.", "One of: open, acknowledged, resolved.").ToHttp();
        var found = await store.ListAsync(caller.Project, states, Math.Clamp(limit ?? Limit, 1, Limit), cancellationToken).ConfigureAwait(false);
        return Results.Json(new Page<AlertStanding>(found, null), TaktJson.Options);
    }

    /// <summary>GET alerts/{alert}</summary>
    public static async Task<IResult> Get(Caller caller, string alert, AlertStore store, CancellationToken cancellationToken) =>
        Id.TryParse<AlertId>(alert, out var id) && await store.FindAsync(caller.Project, id, cancellationToken).ConfigureAwait(false) is { } found
            ? Results.Json(found, TaktJson.Options)
            : MonitorProblems.AlertNotFound(alert).ToHttp();

    /// <summary>POST alerts/{alert}/acknowledge : somebody has seen it. It still stands until the windows are back to normal.</summary>
    public static async Task<IResult> Acknowledge(Caller caller, string alert, Acknowledgement? asked, AlertStore store, ITaktDatabase database, IJournal journal, TimeProvider time, CancellationToken cancellationToken)
    {
        if (!Id.TryParse<AlertId>(alert, out var id) || await store.FindAsync(caller.Project, id, cancellationToken).ConfigureAwait(false) is not { } found)
            return MonitorProblems.AlertNotFound(alert).ToHttp();
        if (found.State == AlertState.Resolved) return MonitorProblems.AlertResolved(id).ToHttp();
        await database.InTransactionAsync(async (transaction, token) =>
        {
            var note = asked?.Note ?? "";
            await store.AcknowledgeAsync(transaction, id, caller.Actor, note, time.GetUtcMicroseconds(), token).ConfigureAwait(false);
            await journal.AppendAsync(transaction, Fact.Of(caller, "monitor.alert.acknowledged", Subject.Alert(id.ToString()), new { Id = id, Note = note }), token).ConfigureAwait(false);
        }, cancellationToken).ConfigureAwait(false);
        return Results.Json(await store.FindAsync(caller.Project, id, cancellationToken).ConfigureAwait(false), TaktJson.Options);
    }
}
