using Takt.Kernel;
using Takt.Registry;

namespace Takt.Serving;

/// <summary>Deployments, their revisions and rollouts. Thread-safe.</summary>
public interface IDeployments
{
    /// <summary>Puts a model version out: at once where nothing answers yet, else by the deployment's rollout.</summary>
    /// <param name="skipShadow">Starts at the first stage above 0 (for a version let through against the gate).</param>
    Task<Outcome<Deployment>> DeployAsync(Caller caller, string deployment, ModelVersion version, bool skipShadow, string reason, CancellationToken cancellationToken);

    /// <summary>Back to <paramref name="revision"/> (null: the one before), at once; ends a rollout under way. Answered when every live data plane has acknowledged.</summary>
    Task<Outcome<Deployment>> RollBackAsync(Caller caller, string deployment, int? revision, string reason, CancellationToken cancellationToken);

    Task<Deployment?> FindAsync(ProjectId project, string deployment, CancellationToken cancellationToken);

    Task<IReadOnlyList<Deployment>> ListAsync(ProjectId project, CancellationToken cancellationToken);
}
