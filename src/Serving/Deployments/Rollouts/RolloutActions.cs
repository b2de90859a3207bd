using Microsoft.Extensions.Logging;
using Npgsql;
using Takt.Journal;
using Takt.Kernel;
using Takt.Records;
using Takt.Registry;

namespace Takt.Serving;

/// <summary>
/// The changes of state of rollouts, each with its decision and its fact in one transaction; then the plan goes out, the alias follows, and the decision
/// is told when its fact is in the tree.
/// </summary>
internal sealed partial class RolloutActions(DeploymentStore store, ITaktDatabase database, IJournal journal, IRegistry registry, PlanMaker plans, DataPlaneBoard board, TimeProvider time, ILogger<RolloutActions> log)
{
    public const string ChampionAlias = "champion";

    /// <summary>Every live data plane has this long to follow.</summary>
    public static readonly TimeSpan FollowWithin = TimeSpan.FromSeconds(10);

    /// <summary>Makes a rollout and its first decision in the caller's transaction.</summary>
    public async Task<Decided> StartAsync(NpgsqlTransaction tx, Caller caller, DeploymentRow deployment, Revision challenger, bool skipShadow, bool overridden, string reason, CancellationToken cancellationToken)
    {
        var now = time.GetUtcMicroseconds();
        var stages = deployment.Spec.Rollout.Stages;
        var stage = 0;
        while (skipShadow && stage < stages.Count - 1 && stages[stage] == 0) stage++;
        var atOnce = deployment.Champion is null || stages[stage] >= 100;
        var rollout = new RolloutRow(Id.New<RolloutId>(time), deployment.Project, deployment.Name, deployment.Champion ?? 0, challenger.Number,
            atOnce ? RolloutStatus.Promoted : RolloutStatus.Running, atOnce ? stages.Count - 1 : stage, atOnce ? 100 : stages[stage], overridden, now, now, atOnce ? now : null);
        await store.InsertRolloutAsync(tx, rollout, cancellationToken).ConfigureAwait(false);
        var generation = await store.NextGenerationAsync(tx, cancellationToken).ConfigureAwait(false);
        if (atOnce) await store.SetChampionAsync(tx, deployment.Project, deployment.Name, challenger.Number, generation, now, cancellationToken).ConfigureAwait(false);
        else await store.TouchAsync(tx, deployment.Project, deployment.Name, generation, now, cancellationToken).ConfigureAwait(false);
        var decision = new RolloutDecision(atOnce ? "promote" : "start", rollout.Percent, atOnce && deployment.Champion is null ? $"{reason} (nothing answered before)" : reason,
            new Dictionary<string, double>(), 0, now, now, null, null);
        return await RecordAsync(tx, caller, rollout, decision, generation, challenger.ModelVersion, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The next stage, or the end of the way.</summary>
    /// <returns>Null where the rollout does not stand any more where <paramref name="rollout"/> says.</returns>
    public Task<Decided?> GoOnAsync(RolloutRow rollout, DeploymentSpec spec, RolloutCall call, long answered, DateTimeOffset evidenceAt, CancellationToken cancellationToken) =>
        database.InTransactionAsync<Decided?>(async (tx, token) =>
        {
            if (await StillAsync(tx, rollout, token).ConfigureAwait(false) is not { } deployment) return null;
            var now = time.GetUtcMicroseconds();
            var promoted = call.Kind == CallKind.Promote;
            var next = rollout with
            {
                Stage = rollout.Stage + 1,
                Percent = promoted ? 100 : spec.Rollout.Stages[rollout.Stage + 1],
                StageAt = now,
                Status = promoted ? RolloutStatus.Promoted : RolloutStatus.Running,
                EndedAt = promoted ? now : null,
            };
            await store.UpdateRolloutAsync(tx, next, token).ConfigureAwait(false);
            var generation = await store.NextGenerationAsync(tx, token).ConfigureAwait(false);
            if (promoted) await store.SetChampionAsync(tx, rollout.Project, rollout.Deployment, rollout.Challenger, generation, now, token).ConfigureAwait(false);
            else await store.TouchAsync(tx, rollout.Project, rollout.Deployment, generation, now, token).ConfigureAwait(false);
            var decision = new RolloutDecision(promoted ? "promote" : "advance", next.Percent, call.Reason, call.Evidence, answered, now, evidenceAt, null, null);
            return await RecordAsync(tx, Caller.System(deployment.Project), next, decision, generation, null, token).ConfigureAwait(false);
        }, cancellationToken);

    /// <summary>Ends a rollout under way: the champion answers everything again.</summary>
    /// <returns>Null where it has ended already.</returns>
    public Task<Decided?> RollBackAsync(Caller caller, RolloutRow rollout, string reason, IReadOnlyDictionary<string, double> evidence, long answered, DateTimeOffset evidenceAt, CancellationToken cancellationToken) =>
        database.InTransactionAsync<Decided?>(async (tx, token) =>
        {
            if (await store.LockAsync(tx, rollout.Project, rollout.Deployment, token).ConfigureAwait(false) is null) return null;
            if (await store.RunningAsync(tx, rollout.Project, rollout.Deployment, token).ConfigureAwait(false) is not { } running || running.Id != rollout.Id) return null;
            var now = time.GetUtcMicroseconds();
            var ended = running with { Status = RolloutStatus.RolledBack, Percent = 0, StageAt = now, EndedAt = now };
            await store.UpdateRolloutAsync(tx, ended, token).ConfigureAwait(false);
            var generation = await store.NextGenerationAsync(tx, token).ConfigureAwait(false);
            await store.TouchAsync(tx, rollout.Project, rollout.Deployment, generation, now, token).ConfigureAwait(false);
            return await RecordAsync(tx, caller, ended, new RolloutDecision("roll-back", 0, reason, evidence, answered, now, evidenceAt, null, null), generation, null, token).ConfigureAwait(false);
        }, cancellationToken);

    /// <summary>Writes decision and fact.</summary>
    public async Task<Decided> RecordAsync(NpgsqlTransaction tx, Caller caller, RolloutRow rollout, RolloutDecision decision, long generation, string? modelVersion, CancellationToken cancellationToken)
    {
        var id = await store.InsertDecisionAsync(tx, rollout.Id, caller.Actor, decision, cancellationToken).ConfigureAwait(false);
        var kind = decision.Verb switch { "start" => "rollout.started", "advance" => "rollout.advanced", "promote" => "rollout.promoted", "supersede" => "rollout.superseded", _ => "rollout.rolled-back" };
        var revision = Subject.Revision(rollout.Deployment, rollout.Challenger);
        var fact = await journal.AppendAsync(tx, Fact.Of(caller, kind, Subject.Rollout(rollout.Id.ToString()), new
        {
            rollout = rollout.Id,
            rollout.Deployment,
            rollout.Champion,
            rollout.Challenger,
            modelVersion,
            rollout.Overridden,
            decision.Percent,
            decision.Reason,
            decision.Evidence,
            decision.AnsweredByChallenger,
            generation,
        }, new LineageEdge(revision, Subject.Rollout(rollout.Id.ToString()), "rolled-out-by"), new LineageEdge(Subject.Rollout(rollout.Id.ToString()), Subject.Deployment(rollout.Deployment), "decides")), cancellationToken).ConfigureAwait(false);
        return new Decided(rollout, id, fact, generation);
    }

    /// <summary>After the commit: the plan goes out at once; told when every live data plane follows and the fact is in the tree.</summary>
    /// <param name="then">What belongs to it: until it is done the decision is not shown as in force.</param>
    /// <returns>False where a data plane did not follow in time.</returns>
    public async Task<bool> PutInForceAsync(Decided decided, Func<Task>? then, CancellationToken cancellationToken)
    {
        await plans.RemakeAsync(cancellationToken).ConfigureAwait(false);
        var inForce = await board.InForceAsync(decided.Generation, FollowWithin, cancellationToken).ConfigureAwait(false);
        var at = time.GetUtcMicroseconds();
        await journal.SequencedAsync(decided.Fact, cancellationToken).ConfigureAwait(false);
        if (then is not null) await then().ConfigureAwait(false);
        if (inForce) await store.SetInForceAsync(decided.Decision, at, cancellationToken).ConfigureAwait(false);
        return inForce;
    }

    /// <summary>The alias says what answers. It is moved by nobody else; a failure is mended at the next start.</summary>
    public async Task FollowWithAliasAsync(ProjectId project, string deployment, int champion, string reason, CancellationToken cancellationToken)
    {
        var revision = (await store.RevisionsAsync(project, deployment, cancellationToken).ConfigureAwait(false)).FirstOrDefault(r => r.Number == champion);
        if (revision is null) return;
        var cut = revision.ModelVersion.LastIndexOf('/');
        var (model, number) = (revision.ModelVersion[..cut], int.Parse(revision.ModelVersion.AsSpan(cut + 1), System.Globalization.CultureInfo.InvariantCulture));
        var now = await registry.FindByAliasAsync(project, model, ChampionAlias, cancellationToken).ConfigureAwait(false);
        if (now?.Number == number) return;
        var moved = await registry.MoveAliasAsync(Caller.System(project), model, ChampionAlias, number, reason, cancellationToken).ConfigureAwait(false);
        if (moved.Problem is { } problem) LogAlias(model, number, problem.ToString());
    }

    private async Task<DeploymentRow?> StillAsync(NpgsqlTransaction tx, RolloutRow rollout, CancellationToken cancellationToken)
    {
        var deployment = await store.LockAsync(tx, rollout.Project, rollout.Deployment, cancellationToken).ConfigureAwait(false);
        var running = await store.RunningAsync(tx, rollout.Project, rollout.Deployment, cancellationToken).ConfigureAwait(false);
        return running?.Id == rollout.Id && running.Stage == rollout.Stage ? deployment : null;
    }

    [LoggerMessage(1750, LogLevel.Error, "The alias champion of {Model} was not moved to version {Number}: {Reason}")]
    private partial void LogAlias(string model, int number, string reason);
}

/// <summary>A decision that is committed.</summary>
/// <param name="Decision">Its row.</param>
internal sealed record Decided(RolloutRow Rollout, long Decision, FactId Fact, long Generation);
