using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Takt.Kernel;

namespace Takt.Serving;

/// <summary>
/// Watches rollouts: takes rows and truths as they come, asks the judge after each batch, and carries out what it says. What it knows it can read again
/// from the control plane's copy of the log, so a restart in the middle changes nothing. Thread-safe.
/// </summary>
internal sealed partial class RolloutController(DeploymentStore store, RolloutActions actions, DataPlaneBoard board, TimeProvider time, ILogger<RolloutController> log) : BackgroundService
{
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<DeploymentKey, Watched> watched = new();

    /// <summary>When the oldest rollout under way began.</summary>
    public DateTimeOffset? Oldest => watched.Values.Where(w => !w.Ended).Select(w => (DateTimeOffset?)w.Rollout.StartedAt).Min();

    public DateTimeOffset? StartedAt(DeploymentKey key) => watched.TryGetValue(key, out var of) && !of.Ended ? of.Rollout.StartedAt : null;

    /// <summary>Rollouts that were under way when the last process ended; their rows come by <see cref="Add"/> again.</summary>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        foreach (var rollout in await store.AllRunningAsync(cancellationToken).ConfigureAwait(false))
            if (await store.FindAsync(rollout.Project, rollout.Deployment, cancellationToken).ConfigureAwait(false) is { } deployment)
                Watch(rollout, deployment.Spec, judging: false);
    }

    /// <summary>Rows and truths of before are read: from now on it decides.</summary>
    public void BeginJudging()
    {
        foreach (var (key, of) in watched)
        {
            lock (of) of.Judging = true;
            Consider(key, of);
        }
    }

    public void Watch(RolloutRow rollout, DeploymentSpec spec, bool judging = true)
    {
        var of = new Watched(rollout, spec) { Judging = judging };
        of.Evidence.BeginStage(SegmentFormat.Micros(rollout.StageAt), rollout.Percent == 0);
        watched[new DeploymentKey(rollout.Project, rollout.Deployment)] = of;
    }

    /// <summary>A person ended it, or another took its place.</summary>
    public void Forget(DeploymentKey key, RolloutId rollout)
    {
        if (!watched.TryGetValue(key, out var of) || of.Rollout.Id != rollout) return;
        lock (of) of.Ended = true;
        watched.TryRemove(new KeyValuePair<DeploymentKey, Watched>(key, of));
    }

    /// <summary>What the challenger has answered so far.</summary>
    public long Answered(DeploymentKey key, RolloutId rollout)
    {
        if (!watched.TryGetValue(key, out var of) || of.Rollout.Id != rollout) return 0;
        lock (of) return of.Evidence.Answered;
    }

    /// <summary>What the judge said last, and on what; null where no rollout is under way.</summary>
    public RolloutCall? Latest(DeploymentKey key)
    {
        if (!watched.TryGetValue(key, out var of)) return null;
        lock (of) return of.Ended ? null : of.Latest;
    }

    public void Add(DeploymentKey key, IReadOnlyList<LoggedRow> rows)
    {
        if (!watched.TryGetValue(key, out var of)) return;
        lock (of)
        {
            var from = SegmentFormat.Micros(of.Rollout.StartedAt);
            foreach (var row in rows)
                if (row.Received >= from)
                    of.Evidence.Add(row);
        }
        Consider(key, of);
    }

    public void AddTruths(DeploymentKey key, IReadOnlyList<Truth> truths)
    {
        if (!watched.TryGetValue(key, out var of)) return;
        lock (of)
            foreach (var truth in truths)
                of.Evidence.AddTruth(truth.Id, truth.Row, truth.Label);
        Consider(key, of);
    }

    /// <summary>A data plane could not load a revision: if it is a challenger, its rollout ends.</summary>
    public void LoadFailed(LoadFailure failure)
    {
        var key = new DeploymentKey(failure.Project, failure.Deployment);
        if (!watched.TryGetValue(key, out var of) || of.Rollout.Challenger != failure.Revision)
        {
            _ = store.SetTroubleAsync(failure.Project, failure.Deployment, $"Revision {failure.Revision} cannot be loaded: {failure.Reason}", CancellationToken.None);
            return;
        }
        lock (of)
        {
            if (of.Ended || of.Deciding) return;
            of.Deciding = true;
        }
        _ = CarryOutAsync(key, of, new RolloutCall(CallKind.RollBack, $"revision {failure.Revision} cannot be loaded: {failure.Reason}", new Dictionary<string, double>()), time.GetUtcMicroseconds());
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Tick, time);
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
            foreach (var (key, of) in watched)
                Consider(key, of);
    }

    private void Consider(DeploymentKey key, Watched of)
    {
        RolloutCall call;
        var evidenceAt = time.GetUtcMicroseconds();
        lock (of)
        {
            if (of.Ended || of.Deciding || !of.Judging) return;
            call = RolloutJudge.Judge(of.Spec.Rollout, new StageState(of.Rollout.Stage, of.Evidence.StageRequests, evidenceAt - of.Rollout.StageAt), of.Evidence.Figures);
            of.Latest = call;
            if (call.Kind == CallKind.Wait) return;
            of.Deciding = true;
        }
        if (call.Kind == CallKind.RollBack) board.Brake(key, of.Rollout.Challenger);
        _ = CarryOutAsync(key, of, call, evidenceAt);
    }

    private async Task CarryOutAsync(DeploymentKey key, Watched of, RolloutCall call, DateTimeOffset evidenceAt)
    {
        await Task.Yield(); // the caller holds up the log
        try
        {
            var answered = of.Evidence.Answered;
            var decided = call.Kind == CallKind.RollBack
                ? await actions.RollBackAsync(Caller.System(key.Project), of.Rollout, call.Reason, call.Evidence, answered, evidenceAt, CancellationToken.None).ConfigureAwait(false)
                : await actions.GoOnAsync(of.Rollout, of.Spec, call, answered, evidenceAt, CancellationToken.None).ConfigureAwait(false);
            if (decided is null)
            {
                of.Ended = true; // a person was faster
                return;
            }
            LogDecided(decided.Rollout.Id, key.Name, call.Kind, call.Reason);
            lock (of)
            {
                of.Rollout = decided.Rollout;
                of.Ended = decided.Rollout.Status != RolloutStatus.Running;
                of.Evidence.BeginStage(SegmentFormat.Micros(decided.Rollout.StageAt), shadow: false);
            }
            await actions.PutInForceAsync(decided, call.Kind switch
            {
                CallKind.Promote => () => actions.FollowWithAliasAsync(key.Project, key.Name, decided.Rollout.Challenger, $"rollout {decided.Rollout.Id}: {call.Reason}", CancellationToken.None),
                CallKind.RollBack => () => CloseBooksAsync(of, decided),
                _ => null,
            }, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            LogFailed(of.Rollout.Id, e.Message);
        }
        finally
        {
            lock (of) of.Deciding = false;
            if (of.Ended) watched.TryRemove(new KeyValuePair<DeploymentKey, Watched>(key, of));
        }
    }

    /// <summary>Everything answered before the rollback was in force is fetched, so that the challenger's last answer is known.</summary>
    private async Task CloseBooksAsync(Watched of, Decided decided)
    {
        await board.SealAsync(TimeSpan.FromSeconds(5), CancellationToken.None).ConfigureAwait(false);
        long last, answered;
        lock (of) (last, answered) = (of.Evidence.LastAnswer, of.Evidence.Answered);
        await store.SetLastAnswerAsync(decided.Decision, last == 0 ? null : SegmentFormat.Time(last), answered, CancellationToken.None).ConfigureAwait(false);
    }

    private sealed class Watched(RolloutRow rollout, DeploymentSpec spec)
    {
        public RolloutRow Rollout { get; set; } = rollout;

        public DeploymentSpec Spec { get; } = spec;

        public RolloutEvidence Evidence { get; } = new(spec.Rollout, rollout.Champion, rollout.Challenger);

        public RolloutCall? Latest { get; set; }

        public bool Judging { get; set; }

        public bool Deciding { get; set; }

        public bool Ended { get; set; }
    }

    [LoggerMessage(1751, LogLevel.Information, "Rollout {Rollout} of {Deployment}: {Decision}: {Reason}")]
    private partial void LogDecided(RolloutId rollout, string deployment, CallKind decision, string reason);

    [LoggerMessage(1752, LogLevel.Error, "A decision on rollout {Rollout} was not carried out, it will be taken again: {Reason}")]
    private partial void LogFailed(RolloutId rollout, string reason);
}
