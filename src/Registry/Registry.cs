using Takt.Kernel;

namespace Takt.Registry;

/// <summary>What the modules behind call.</summary>
internal sealed class Registry(VersionStore versions, RegisterModelVersion register, MoveAlias moveAlias) : IRegistry
{
    public Task<Outcome<ModelVersion>> RegisterAsync(Caller caller, string model, Digest digest, Provenance provenance, CancellationToken cancellationToken) =>
        register.RunAsync(caller, model, digest, provenance, cancellationToken);

    public Task<ModelVersion?> FindAsync(ProjectId project, string model, int number, CancellationToken cancellationToken) => versions.FindAsync(project, model, number, cancellationToken);

    public Task<ModelVersion?> FindByAliasAsync(ProjectId project, string model, string alias, CancellationToken cancellationToken) =>
        versions.FindByAliasAsync(project, model, alias, cancellationToken);

    public async Task<Outcome<ModelVersion>> ResolveAsync(ProjectId project, string reference, CancellationToken cancellationToken)
    {
        if (ModelName.Parse(reference) is not { } parsed)
            return Problem.Invalid("model-reference-invalid", $"'{(reference.Length > 80 ? reference[..80] + "…" : reference)}' names no model version.", "Write name/3, or name@champion.");
        if (parsed.Number is { } number)
            return await versions.FindAsync(project, parsed.Model, number, cancellationToken).ConfigureAwait(false) is { } found ? found : RegistryProblems.NoVersion(parsed.Model, number);
        return await versions.FindByAliasAsync(project, parsed.Model, parsed.Alias!, cancellationToken).ConfigureAwait(false) is { } named ? named : RegistryProblems.NoAlias(parsed.Model, parsed.Alias!);
    }

    public Task<Outcome<ModelVersion>> MoveAliasAsync(Caller caller, string model, string alias, int number, string reason, CancellationToken cancellationToken) =>
        moveAlias.RunAsync(caller, model, alias, number, reason, cancellationToken);
}
