using Takt.Kernel;

namespace Takt.Registry;

/// <summary>Models, versions, aliases. Thread-safe.</summary>
public interface IRegistry
{
    /// <summary>A new version; refused without a verdict that lets it through.</summary>
    Task<Outcome<ModelVersion>> RegisterAsync(Caller caller, string model, Digest digest, Provenance provenance, CancellationToken cancellationToken);

    Task<ModelVersion?> FindAsync(ProjectId project, string model, int number, CancellationToken cancellationToken);

    Task<ModelVersion?> FindByAliasAsync(ProjectId project, string model, string alias, CancellationToken cancellationToken);

    /// <summary>Reads <c>name/3</c> or <c>name@champion</c>.</summary>
    Task<Outcome<ModelVersion>> ResolveAsync(ProjectId project, string reference, CancellationToken cancellationToken);

    /// <summary>Moves an alias. Answered once the fact is in the tree.</summary>
    Task<Outcome<ModelVersion>> MoveAliasAsync(Caller caller, string model, string alias, int number, string reason, CancellationToken cancellationToken);
}
