using Takt.Kernel;

namespace Takt.Serving;

/// <summary>Deployments as they stand, put together from records, log and data planes.</summary>
internal sealed class DeploymentView(DeploymentStore store, SegmentStore segments, TruthBook truths, TrafficWatch traffic, DataPlaneBoard board, TimeProvider time)
{
    public async Task<Deployment?> FindAsync(ProjectId project, string deployment, CancellationToken cancellationToken) =>
        await store.FindAsync(project, deployment, cancellationToken).ConfigureAwait(false) is { } row ? await ShowAsync(row, cancellationToken).ConfigureAwait(false) : null;

    public async Task<IReadOnlyList<Deployment>> ListAsync(ProjectId project, CancellationToken cancellationToken)
    {
        var shown = new List<Deployment>();
        foreach (var row in await store.ListAsync(project, cancellationToken).ConfigureAwait(false)) shown.Add(await ShowAsync(row, cancellationToken).ConfigureAwait(false));
        return shown;
    }

    public async Task<Rollout?> RolloutAsync(ProjectId project, RolloutId id, CancellationToken cancellationToken) =>
        await store.FindRolloutAsync(project, id, cancellationToken).ConfigureAwait(false) is { } row ? await ShowAsync(row, cancellationToken).ConfigureAwait(false) : null;

    /// <summary>Newest first.</summary>
    public async Task<IReadOnlyList<Rollout>> HistoryAsync(ProjectId project, string deployment, int limit, CancellationToken cancellationToken)
    {
        var history = new List<Rollout>();
        foreach (var row in await store.RolloutsAsync(project, deployment, limit, cancellationToken).ConfigureAwait(false))
            history.Add(await ShowAsync(row, cancellationToken).ConfigureAwait(false));
        return history;
    }

    /// <summary>A rollout is over when its end is in force: decided is not done, for as long as data planes may take to follow.</summary>
    private async Task<Rollout> ShowAsync(RolloutRow row, CancellationToken cancellationToken)
    {
        var decisions = await store.DecisionsAsync(row.Id, cancellationToken).ConfigureAwait(false);
        var settling = row.Status is RolloutStatus.Promoted or RolloutStatus.RolledBack && decisions is [.., { InForceAt: null } last] && time.GetUtcNow() - last.At < RolloutActions.FollowWithin + TimeSpan.FromSeconds(5);
        return (settling ? row with { Status = RolloutStatus.Running, EndedAt = null } : row).Show(decisions);
    }

    private async Task<Deployment> ShowAsync(DeploymentRow row, CancellationToken cancellationToken)
    {
        var revisions = await store.RevisionsAsync(row.Project, row.Name, cancellationToken).ConfigureAwait(false);
        var newest = (await store.RolloutsAsync(row.Project, row.Name, 1, cancellationToken).ConfigureAwait(false)).FirstOrDefault();
        var shown = newest is null ? null : await ShowAsync(newest, cancellationToken).ConfigureAwait(false);
        var rollout = shown is { Status: RolloutStatus.Running } ? shown : null;
        var key = new DeploymentKey(row.Project, row.Name);
        var (requests, errors) = await segments.CountsAsync(row.Project, row.Name, cancellationToken).ConfigureAwait(false);
        var state = truths.State(key);
        var (rate, p50, p99) = traffic.Of(key);
        return new Deployment(row.Name, row.Spec, row.Generation, revisions.FirstOrDefault(r => r.Number == row.Champion), rollout, revisions,
            new DeploymentHealth(board.Following(row.Generation), requests + state.Requests, errors + state.Errors, rate, p50, p99) { Truths = state.Truths, TruthsWaiting = state.Waiting, Trouble = row.Trouble });
    }
}
