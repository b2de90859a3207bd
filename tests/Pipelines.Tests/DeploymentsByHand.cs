using System.Collections.Concurrent;
using Takt.Kernel;
using Takt.Registry;
using Takt.Serving;

namespace Takt.Pipelines.Tests;

/// <summary>Deployments without a data plane: every version goes straight out and becomes the champion.</summary>
internal sealed class DeploymentsByHand(IRegistry registry) : IDeployments
{
    private readonly ConcurrentDictionary<string, List<Revision>> revisions = new();

    public ConcurrentQueue<(string Deployment, string Version, bool SkipShadow)> Asked { get; } = new();

    public async Task<Outcome<Deployment>> DeployAsync(Caller caller, string deployment, ModelVersion version, bool skipShadow, string reason, CancellationToken cancellationToken)
    {
        Asked.Enqueue((deployment, version.ToString(), skipShadow));
        var of = revisions.GetOrAdd(deployment, _ => []);
        of.Add(new Revision(deployment, of.Count + 1, version.ToString(), version.Digest, DateTimeOffset.UnixEpoch));
        if (!skipShadow) _ = (await registry.MoveAliasAsync(Caller.System(caller.Project), version.Model, "champion", version.Number, reason, cancellationToken)).Value;
        return Show(deployment)!;
    }

    public Task<Outcome<Deployment>> RollBackAsync(Caller caller, string deployment, int? revision, string reason, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<Deployment?> FindAsync(ProjectId project, string deployment, CancellationToken cancellationToken) => Task.FromResult(Show(deployment));

    public Task<IReadOnlyList<Deployment>> ListAsync(ProjectId project, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<Deployment>>([.. revisions.Keys.Select(d => Show(d)!)]);

    private Deployment? Show(string name) => revisions.TryGetValue(name, out var of)
        ? new Deployment(name, new DeploymentSpec(name, "poor", new RolloutSpec([0, 100], 1, 0, 0, 1, 1, 0.05, 1, TimeSpan.FromHours(1)), false, null), of.Count, of[^1], null, [.. of], new DeploymentHealth(0, 0, 0, 0, null, null))
        : null;
}
