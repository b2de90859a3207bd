using Microsoft.Extensions.Logging;
using Npgsql;
using Takt.Kernel;
using Takt.Records;
using Takt.Registry;
using Takt.Serving;

namespace Takt.Monitoring;

/// <summary>
/// Follows one monitor as far as it can be followed now: looks at each window that has closed, and again at those whose truth has come since. Windows lie on a fixed grid of event time
/// (multiples of their length since 1970), so a restart or another start of the replay cuts the same ones. One caller at a time.
/// </summary>
internal sealed partial class LookAtWindows(MonitorStore monitors, WindowStore windows, ProfileStore profiles, RaiseAlerts alerts, Engine engine, IInferenceLog log, IDeployments deployments,
    IRegistry registry, ITaktDatabase database, TimeProvider time, ILogger<LookAtWindows> logger)
{
    /// <summary>Share of the rows whose truth must have come before truth is judged.</summary>
    private const double EnoughTruth = 0.95;

    /// <summary>Truth is asked for at most this many times as long apart as asking takes.</summary>
    private const int Restraint = 10;

    private readonly Dictionary<(ProjectId, string, DateTimeOffset), (long Truths, long NotBefore)> asked = [];

    /// <returns>How many looks were taken.</returns>
    public async Task<int> FollowAsync(WatchedMonitor monitor, InferenceProgress progress, CancellationToken cancellationToken)
    {
        var spec = monitor.Spec;
        if (progress.LatestEvent is not { } latest || await deployments.FindAsync(monitor.Project, spec.Deployment, cancellationToken).ConfigureAwait(false) is not { Champion: { } champion }) return 0;
        if (monitor.Revision != champion.Number) await ChangeOfChampionAsync(monitor, champion, cancellationToken).ConfigureAwait(false);
        if (await ReferenceAsync(monitor, champion, cancellationToken).ConfigureAwait(false) is not { } reference) return 0;

        var closed = Closed(latest, monitor);
        var looks = 0;
        var from = monitor.LookedUntil ?? await StartAsync(monitor, champion, DateTimeOffset.UnixEpoch, latest, cancellationToken).ConfigureAwait(false);
        while (from is { } start && start + spec.Window <= closed)
        {
            var rows = await LookAsync(monitor, champion, reference, start, progress, cancellationToken).ConfigureAwait(false);
            looks++;
            var next = start + spec.Window;
            // A silence of months is stepped over at once.
            from = rows > 0 ? next : await StartAsync(monitor, champion, next, latest, cancellationToken).ConfigureAwait(false) ?? Floor(closed, spec.Window);
            var until = from.Value;
            await database.InTransactionAsync((t, token) => monitors.LookedAsync(t, monitor.Project, spec.Name, champion.Number, until, token), cancellationToken).ConfigureAwait(false);
        }

        foreach (var window in await windows.AwaitingAsync(monitor.Project, spec.Name, champion.Number, cancellationToken).ConfigureAwait(false))
        {
            if (!WorthAsking(monitor, window, progress)) continue;
            var began = time.GetTimestamp();
            await LookAsync(monitor, champion, reference, window.From, progress, cancellationToken).ConfigureAwait(false);
            asked[(monitor.Project, spec.Name, window.From)] = (progress.Truths, time.GetTimestamp() + Restraint * (time.GetTimestamp() - began));
            looks++;
        }
        return looks;
    }

    private async Task<long> LookAsync(WatchedMonitor monitor, Revision champion, Profile reference, DateTimeOffset from, InferenceProgress progress, CancellationToken cancellationToken)
    {
        var (project, spec, to) = (monitor.Project, monitor.Spec, from + monitor.Spec.Window);
        var segments = await log.SegmentsAsync(project, spec.Deployment, from, to, cancellationToken).ConfigureAwait(false);
        var truths = await log.TruthsAsync(project, spec.Deployment, cancellationToken).ConfigureAwait(false);
        Profile current;
        using (var connection = engine.Connect([.. segments, .. truths]))
            current = WindowProfile.Make(connection, reference, new WindowProfile.Source(segments, truths, champion.Number, from, to), cancellationToken);
        if (current.Rows == 0) return 0;

        var judged = current.Labelled > 0 && (current.Labelled >= EnoughTruth * current.Rows || (NoMoreTruth(monitor, to, progress) && current.Labelled >= spec.MinRows));
        var few = current.Rows < spec.MinRows;
        var look = few ? null : Look.At(spec, from, to, champion.Number, champion.ModelVersion, reference, current, judged);
        var status = few ? WindowStatus.TooFewRows : judged || !reference.Probability || NoMoreTruth(monitor, to, progress) ? WindowStatus.Complete : WindowStatus.AwaitingTruth;
        var window = new MonitorWindow(spec.Name, from, to, champion.Number, champion.ModelVersion, status, current.Rows, current.Labelled,
            WindowFigures.Of(reference, current), look?.Kinds ?? [], time.GetUtcMicroseconds());
        var raised = await database.InTransactionAsync(async (transaction, token) =>
        {
            await windows.PutAsync(transaction, project, window, token).ConfigureAwait(false);
            return look is null ? [] : await alerts.FromAsync(transaction, project, look, token).ConfigureAwait(false);
        }, cancellationToken).ConfigureAwait(false);
        LogLooked(spec.Name, from, to, current.Rows, current.Labelled, status);
        foreach (var alert in raised) LogRaised(alert.Kind, spec.Name, alert.Id, alert.Severity);
        return current.Rows;
    }

    private bool WorthAsking(WatchedMonitor monitor, MonitorWindow window, InferenceProgress progress)
    {
        if (NoMoreTruth(monitor, window.To, progress)) return true;
        if (!asked.TryGetValue((monitor.Project, monitor.Spec.Name, window.From), out var last)) return true;
        return progress.Truths != last.Truths && time.GetTimestamp() >= last.NotBefore;
    }

    /// <summary>Somebody said so, or truth has come for things a whole window later: then what is there must do.</summary>
    private static bool NoMoreTruth(WatchedMonitor monitor, DateTimeOffset to, InferenceProgress progress) =>
        monitor.CompleteUntil >= to || progress.LatestTruthEvent >= to + monitor.Spec.Window;

    private async Task<DateTimeOffset?> StartAsync(WatchedMonitor monitor, Revision champion, DateTimeOffset from, DateTimeOffset latest, CancellationToken cancellationToken)
    {
        var segments = await log.SegmentsAsync(monitor.Project, monitor.Spec.Deployment, from, latest.AddMicroseconds(1), cancellationToken).ConfigureAwait(false);
        using var connection = engine.Connect(segments);
        return WindowProfile.FirstEvent(connection, segments, champion.Number, from) is { } first ? Floor(first, monitor.Spec.Window) : null;
    }

    private async Task<Profile?> ReferenceAsync(WatchedMonitor monitor, Revision champion, CancellationToken cancellationToken)
    {
        var version = await registry.ResolveAsync(monitor.Project, champion.ModelVersion, cancellationToken).ConfigureAwait(false);
        if (version is { IsDone: true, Value.Provenance.Reference: { } reference })
            return await profiles.OfAsync(monitor.Project, reference, BlockLength.Of(monitor.Spec.Window), cancellationToken).ConfigureAwait(false);
        LogNoReference(monitor.Spec.Name, champion.ModelVersion);
        return null;
    }

    private Task ChangeOfChampionAsync(WatchedMonitor monitor, Revision champion, CancellationToken cancellationToken) =>
        database.InTransactionAsync(async (transaction, token) =>
        {
            await windows.SupersedeAsync(transaction, monitor.Project, monitor.Spec.Name, champion.Number, token).ConfigureAwait(false);
            if (monitor.Revision is { } old)
                await alerts.ResolveAllAsync(transaction, monitor.Project, monitor.Spec.Name, $"Revision {champion.Number} ({champion.ModelVersion}) answers now instead of revision {old}.", token).ConfigureAwait(false);
            await monitors.LookedAsync(transaction, monitor.Project, monitor.Spec.Name, champion.Number, monitor.LookedUntil, token).ConfigureAwait(false);
        }, cancellationToken);

    private static DateTimeOffset Floor(DateTimeOffset at, TimeSpan window) =>
        DateTimeOffset.UnixEpoch + TimeSpan.FromTicks((long)Math.Floor((double)(at - DateTimeOffset.UnixEpoch).Ticks / window.Ticks) * window.Ticks);

    /// <summary>Up to where windows are closed: the latest event; or what was declared, within the window of that event.</summary>
    private static DateTimeOffset Closed(DateTimeOffset latest, WatchedMonitor monitor)
    {
        if (!(monitor.CompleteUntil > latest)) return latest;
        var end = Floor(latest, monitor.Spec.Window) + monitor.Spec.Window;
        return monitor.CompleteUntil.Value < end ? monitor.CompleteUntil.Value : end;
    }

    [LoggerMessage(1800, LogLevel.Information, "Monitor {Monitor} looked at {From:u} to {To:u}: {Rows} rows, {Truths} truths, {Status}.")]
    private partial void LogLooked(string monitor, DateTimeOffset from, DateTimeOffset to, long rows, long truths, WindowStatus status);

    [LoggerMessage(1801, LogLevel.Warning, "{Kind} raised by monitor {Monitor}: alert {Alert}, {Severity}.")]
    private partial void LogRaised(AlertKind kind, string monitor, AlertId alert, AlertSeverity severity);

    [LoggerMessage(1802, LogLevel.Warning, "Monitor {Monitor} has nothing to compare with: {ModelVersion} was registered without a reference.")]
    private partial void LogNoReference(string monitor, string modelVersion);
}
