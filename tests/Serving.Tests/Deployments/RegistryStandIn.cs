using System.Collections.Concurrent;
using Takt.Kernel;
using Takt.Registry;

namespace Takt.Serving.Tests.Deployments;

/// <summary>Versions and aliases by hand: Registry's own way in asks for a gate's verdict, which is not what is tested here.</summary>
internal sealed class RegistryStandIn : IRegistry
{
    private readonly ConcurrentDictionary<int, ModelVersion> versions = new();

    public ConcurrentDictionary<string, int> Aliases { get; } = new();

    public ConcurrentQueue<string> Moves { get; } = [];

    public ModelVersion Add(Digest digest)
    {
        var number = versions.Count + 1;
        return versions[number] = new ModelVersion("model", number, digest, new Provenance(null, null, [], null, "{}", null, "{}"), DateTimeOffset.UnixEpoch, []);
    }

    public Task<Outcome<ModelVersion>> RegisterAsync(Caller caller, string model, Digest digest, Provenance provenance, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<ModelVersion?> FindAsync(ProjectId project, string model, int number, CancellationToken cancellationToken) => Task.FromResult(versions.GetValueOrDefault(number));

    public Task<ModelVersion?> FindByAliasAsync(ProjectId project, string model, string alias, CancellationToken cancellationToken) =>
        Task.FromResult(Aliases.TryGetValue(alias, out var number) ? versions.GetValueOrDefault(number) : null);

    public async Task<Outcome<ModelVersion>> ResolveAsync(ProjectId project, string reference, CancellationToken cancellationToken)
    {
        var found = reference.Contains('@') ? await FindByAliasAsync(project, "model", reference.Split('@')[1], cancellationToken) : versions.GetValueOrDefault(int.Parse(reference.Split('/')[1]));
        return found is null ? Problem.NotFound("model-version-not-found", $"There is no {reference}.") : found;
    }

    public Task<Outcome<ModelVersion>> MoveAliasAsync(Caller caller, string model, string alias, int number, string reason, CancellationToken cancellationToken)
    {
        Aliases[alias] = number;
        Moves.Enqueue($"{alias} -> {number}");
        return Task.FromResult<Outcome<ModelVersion>>(versions[number]);
    }
}
