using Takt.Journal;
using Takt.Kernel;
using Takt.Quality;
using Takt.Records;
using Takt.Registry;

namespace Takt.Serving;

/// <summary>Deploy and roll back: what people and pipelines ask for.</summary>
internal sealed class DeploymentUse(DeploymentStore store, ITaktDatabase database, IJournal journal, RolloutActions actions, RolloutController controller, DeploymentView view, TimeProvider time, IServiceProvider services)
    : IDeployments
{
    public async Task<Outcome<Deployment>> DeployAsync(Caller caller, string deployment, ModelVersion version, bool skipShadow, string reason, CancellationToken cancellationToken)
    {
        var overridden = await IsOverriddenAsync(caller.Project, version, cancellationToken).ConfigureAwait(false);
        var outcome = await database.InTransactionAsync<Outcome<Started>>(async (tx, token) =>
        {
            if (await store.LockAsync(tx, caller.Project, deployment, token).ConfigureAwait(false) is not { } row) return NotFound(deployment);
            if (row.Spec.Model != version.Model)
                return Problem.Unprocessable("deployment-of-another-model", $"Deployment '{deployment}' serves {row.Spec.Model}, not {version.Model}.", "Name a version of its model, or make another deployment in takt.yaml.");
            var (revision, made) = await store.EnsureRevisionAsync(tx, caller.Project, deployment, version.Model, version.Number, version.Digest, time.GetUtcMicroseconds(), token).ConfigureAwait(false);
            if (made)
                await journal.AppendAsync(tx, Fact.Of(caller, "revision.created", Subject.Revision(deployment, revision.Number), new { deployment, revision = revision.Number, revision.ModelVersion, digest = revision.Model },
                    new LineageEdge(Subject.ModelVersion(version.Model, version.Number), Subject.Revision(deployment, revision.Number), "deployed")), token).ConfigureAwait(false);
            if (row.Champion == revision.Number) return new Started(row.Spec, null, null);
            RolloutRow? superseded = null;
            if (await store.RunningAsync(tx, caller.Project, deployment, token).ConfigureAwait(false) is { } running)
            {
                if (running.Challenger == revision.Number) return new Started(row.Spec, null, null);
                superseded = running with { Status = RolloutStatus.Superseded, Percent = 0, EndedAt = time.GetUtcMicroseconds() };
                await store.UpdateRolloutAsync(tx, superseded, token).ConfigureAwait(false);
                var now = time.GetUtcMicroseconds();
                await actions.RecordAsync(tx, caller, superseded, new RolloutDecision("supersede", 0, $"{version} takes its place", new Dictionary<string, double>(), controller.Answered(new(caller.Project, deployment), running.Id), now, now, null, null),
                    row.Generation, null, token).ConfigureAwait(false);
            }
            return new Started(row.Spec, await actions.StartAsync(tx, caller, row, revision, skipShadow, overridden || skipShadow, reason, token).ConfigureAwait(false), superseded);
        }, cancellationToken).ConfigureAwait(false);
        if (outcome.Problem is { } problem) return problem;
        var started = outcome.Value;
        var key = new DeploymentKey(caller.Project, deployment);
        if (started.Superseded is { } old) controller.Forget(key, old.Id);
        if (started.Decided is { } decided)
        {
            if (decided.Rollout.Status == RolloutStatus.Running) controller.Watch(decided.Rollout, started.Spec);
            await actions.PutInForceAsync(decided, decided.Rollout.Status == RolloutStatus.Promoted
                ? () => actions.FollowWithAliasAsync(caller.Project, deployment, decided.Rollout.Challenger, $"deployed: {reason}", cancellationToken)
                : null, cancellationToken).ConfigureAwait(false);
        }
        return (await FindAsync(caller.Project, deployment, cancellationToken).ConfigureAwait(false))!;
    }

    public async Task<Outcome<Deployment>> RollBackAsync(Caller caller, string deployment, int? revision, string reason, CancellationToken cancellationToken)
    {
        var key = new DeploymentKey(caller.Project, deployment);
        var outcome = await database.InTransactionAsync<Outcome<(Decided Decided, int? Champion)>>(async (tx, token) =>
        {
            if (await store.LockAsync(tx, caller.Project, deployment, token).ConfigureAwait(false) is not { } row) return NotFound(deployment);
            if (row.Champion is not { } champion) return Problem.Conflict("nothing-to-roll-back", $"Deployment '{deployment}' has never answered.", "Deploy a version first.");
            var running = await store.RunningAsync(tx, caller.Project, deployment, token).ConfigureAwait(false);
            var promoted = await store.PromotedAsync(tx, caller.Project, deployment, champion, token).ConfigureAwait(false);
            var target = revision ?? (running is not null ? champion : promoted?.Champion ?? 0);
            if (target == 0) return Problem.Conflict("nothing-to-roll-back", $"Nothing answered before revision {champion} of '{deployment}'.", "Deploy another version instead.");
            if (target == champion && running is null) return Problem.Conflict("nothing-to-roll-back", $"Revision {champion} of '{deployment}' answers everything already.");
            var known = await store.RevisionsAsync(caller.Project, deployment, token).ConfigureAwait(false);
            if (known.All(r => r.Number != target)) return Problem.NotFound("revision-not-found", $"Deployment '{deployment}' has no revision {target}.", $"There are: {string.Join(", ", known.Select(r => r.Number))}.");
            var now = time.GetUtcMicroseconds();
            var of = running ?? promoted;
            if (of is null) return Problem.Conflict("nothing-to-roll-back", $"No rollout brought revision {champion} of '{deployment}'.");
            var ended = of with { Status = RolloutStatus.RolledBack, Percent = 0, StageAt = now, EndedAt = now };
            await store.UpdateRolloutAsync(tx, ended, token).ConfigureAwait(false);
            var generation = await store.NextGenerationAsync(tx, token).ConfigureAwait(false);
            if (target != champion) await store.SetChampionAsync(tx, caller.Project, deployment, target, generation, now, token).ConfigureAwait(false);
            else await store.TouchAsync(tx, caller.Project, deployment, generation, now, token).ConfigureAwait(false);
            var decision = new RolloutDecision("roll-back", 0, $"{reason} (by hand, to revision {target})", new Dictionary<string, double> { ["toRevision"] = target }, controller.Answered(key, of.Id), now, now, null, null);
            return (await actions.RecordAsync(tx, caller, ended, decision, generation, known.First(r => r.Number == target).ModelVersion, token).ConfigureAwait(false), target != champion ? target : null);
        }, cancellationToken).ConfigureAwait(false);
        if (outcome.Problem is { } problem) return problem;
        var (decided, moved) = outcome.Value;
        controller.Forget(key, decided.Rollout.Id);
        var inForce = await actions.PutInForceAsync(decided, moved is { } to
            ? () => actions.FollowWithAliasAsync(caller.Project, deployment, to, $"rolled back: {reason}", cancellationToken)
            : null, cancellationToken).ConfigureAwait(false);
        if (!inForce)
            return new Problem("rollback-not-followed", 504, $"The rollback of '{deployment}' is decided and on record, but a data plane has not followed in {RolloutActions.FollowWithin.TotalSeconds:0} s.", "It follows when it is back; look at the deployment's health.");
        return (await FindAsync(caller.Project, deployment, cancellationToken).ConfigureAwait(false))!;
    }

    public Task<Deployment?> FindAsync(ProjectId project, string deployment, CancellationToken cancellationToken) => view.FindAsync(project, deployment, cancellationToken);

    public Task<IReadOnlyList<Deployment>> ListAsync(ProjectId project, CancellationToken cancellationToken) => view.ListAsync(project, cancellationToken);

    public static Problem NotFound(string deployment) => Problem.NotFound("deployment-not-found", $"There is no deployment '{deployment}'.", "Deployments stand in takt.yaml: add it and apply.");

    /// <summary>Did somebody let it through against the gate?</summary>
    private async Task<bool> IsOverriddenAsync(ProjectId project, ModelVersion version, CancellationToken cancellationToken)
    {
        if (version.Provenance.Verdict is not { } verdict || services.GetService(typeof(IGate)) is not IGate gate) return false;
        return (await gate.FindAsync(project, verdict, cancellationToken).ConfigureAwait(false))?.Override is not null;
    }

    private sealed record Started(DeploymentSpec Spec, Decided? Decided, RolloutRow? Superseded);
}
