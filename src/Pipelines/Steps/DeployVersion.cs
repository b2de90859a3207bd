using System.Text.Json.Nodes;
using Takt.Kernel;
using Takt.Pipelines.Execution;
using Takt.Pipelines.Specs;
using Takt.Quality;
using Takt.Registry;
using Takt.Serving;

namespace Takt.Pipelines.Steps;

/// <summary>The step <c>deploy</c>: the first version goes straight out, later ones by the deployment's rollout. It ends when the rollout has begun.</summary>
internal sealed class DeployVersion(IDeployments deployments, IRegistry registry, IGate gate) : IStep
{
    public Type Runs => typeof(DeployStepSpec);

    public async Task<StepOutcome> RunAsync(StepContext context, CancellationToken cancellationToken)
    {
        var name = ((DeployStepSpec)context.Spec).Deployment;
        var reference = context.ResultOf("register")?["modelVersion"]?.GetValue<string>() ?? throw new StepRefusedException("No step before this one registered a version.");
        var version = (await registry.ResolveAsync(context.Project, reference, cancellationToken).ConfigureAwait(false)).Switch(v => v, problem => throw new StepRefusedException(problem.ToString()));
        var overridden = await OverriddenAsync(context, cancellationToken).ConfigureAwait(false);
        var deployment = context.Step.Attempt > 1 && await deployments.FindAsync(context.Project, name, cancellationToken).ConfigureAwait(false) is { } there && there.Revisions.Any(r => r.ModelVersion == reference)
            ? there
            : (await deployments.DeployAsync(context.Caller, name, version, overridden, $"{context.Run.Pipeline} run {context.Run.Number}", cancellationToken).ConfigureAwait(false))
                .Switch(d => d, problem => throw new StepRefusedException(problem.ToString()));
        var revision = deployment.Revisions.LastOrDefault(r => r.ModelVersion == reference);
        context.Log.Write(deployment.Rollout is { } rollout && rollout.Challenger == revision?.Number
            ? $"Revision {revision.Number} goes out by rollout {rollout.Id}, at {rollout.Percent} % now."
            : $"Revision {revision?.Number} answers.");
        return StepOutcome.Done(new JsonObject
        {
            ["deployment"] = name, ["modelVersion"] = reference, ["revision"] = revision?.Number, ["rollout"] = deployment.Rollout?.Id.ToString(), ["againstTheGate"] = overridden
        });
    }

    /// <summary>Somebody let it through against the gate: it has nothing to gain from a shadow that would only refuse it again.</summary>
    private async Task<bool> OverriddenAsync(StepContext context, CancellationToken cancellationToken)
    {
        if (context.ResultOf("gate")?["verdict"]?.GetValue<string>() is not { } id) return false;
        return await gate.FindAsync(context.Project, Id.Parse<VerdictId>(id), cancellationToken).ConfigureAwait(false) is { Passed: false };
    }
}
