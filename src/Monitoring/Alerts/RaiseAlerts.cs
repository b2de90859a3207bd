using Npgsql;
using Takt.Journal;
using Takt.Kernel;

namespace Takt.Monitoring;

/// <summary>
/// What a look means for the alerts, in the look's own transaction: a kind that is flagged raises one or extends the one that stands; a kind that was looked at and is not
/// flagged resolves it. So there is one fact when it begins, and one when it ends.
/// </summary>
internal sealed class RaiseAlerts(AlertStore store, IJournal journal, TimeProvider time)
{
    public async Task<IReadOnlyList<Alert>> FromAsync(NpgsqlTransaction transaction, ProjectId project, Look look, CancellationToken cancellationToken)
    {
        var raised = new List<Alert>();
        foreach (var kind in look.Kinds)
        {
            var standing = await store.StandingAsync(transaction, project, look.Spec.Name, kind.Kind, cancellationToken).ConfigureAwait(false);
            if (!kind.Flagged)
            {
                if (standing is not null && look.To >= standing.LatestTo)
                    await ResolveAsync(transaction, project, standing, $"The window from {Figures.Time(look.From)} to {Figures.Time(look.To)} shows it no more.", cancellationToken).ConfigureAwait(false);
                continue;
            }
            var severity = Severity.Of(kind);
            if (standing is null)
            {
                var alert = new Alert(Id.New<AlertId>(time), look.Spec.Name, look.Spec.Deployment, kind.Kind, severity, look.From, look.To, look.ModelVersion, Explanation.Of(look, kind), kind.Findings, time.GetUtcMicroseconds());
                await store.AddAsync(transaction, project, alert, cancellationToken).ConfigureAwait(false);
                await TellAsync(transaction, project, alert, FactKind(kind.Kind, severity), look.Revision, cancellationToken).ConfigureAwait(false);
                raised.Add(alert);
            }
            else if (look.To > standing.LatestTo)
            {
                var worst = severity > standing.Severity ? severity : standing.Severity;
                await store.ExtendAsync(transaction, standing.Alert.Id, worst, look.To, cancellationToken).ConfigureAwait(false);
                // What began as a warning and has become severe is told once more, since triggers wait for the severe alone.
                if (worst != standing.Severity && FactKind(kind.Kind, worst) != FactKind(kind.Kind, standing.Severity))
                {
                    var worse = standing.Alert with { Severity = worst, WindowFrom = look.From, WindowTo = look.To, Explanation = Explanation.Of(look, kind), Findings = kind.Findings };
                    await TellAsync(transaction, project, worse, FactKind(kind.Kind, worst), look.Revision, cancellationToken).ConfigureAwait(false);
                }
            }
        }
        return raised;
    }

    public async Task ResolveAllAsync(NpgsqlTransaction transaction, ProjectId project, string monitor, string because, CancellationToken cancellationToken)
    {
        foreach (var standing in await store.StandingAsync(transaction, project, monitor, cancellationToken).ConfigureAwait(false))
            await ResolveAsync(transaction, project, standing, because, cancellationToken).ConfigureAwait(false);
    }

    private async Task ResolveAsync(NpgsqlTransaction transaction, ProjectId project, AlertStanding standing, string because, CancellationToken cancellationToken)
    {
        var alert = standing.Alert;
        await store.ResolveAsync(transaction, alert.Id, because, time.GetUtcMicroseconds(), cancellationToken).ConfigureAwait(false);
        await journal.AppendAsync(transaction, Fact.Of(Caller.System(project), "monitor.alert.resolved", Subject.Alert(alert.Id.ToString()),
            new { alert.Id, alert.Monitor, alert.Kind, standing.Windows, Because = because }), cancellationToken).ConfigureAwait(false);
    }

    private Task TellAsync(NpgsqlTransaction transaction, ProjectId project, Alert alert, string kind, int revision, CancellationToken cancellationToken)
    {
        var subject = Subject.Alert(alert.Id.ToString());
        return journal.AppendAsync(transaction, Fact.Of(Caller.System(project), kind, subject, alert,
            new LineageEdge(Subject.Revision(alert.Deployment, revision), subject, "raised-by")), cancellationToken);
    }

    /// <summary>Drift that is not severe is for people to see, not for triggers to act on.</summary>
    private static string FactKind(AlertKind kind, AlertSeverity severity) => kind switch
    {
        AlertKind.Calibration or AlertKind.Performance => "performance.degraded",
        _ when severity == AlertSeverity.Severe => "drift.detected",
        _ => "monitor.alert.raised",
    };
}
