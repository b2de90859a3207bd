using Takt.Access.State;
using Takt.Kernel;

namespace Takt.Access.Projects;

internal sealed class ProjectDirectory(AccessState state) : IProjects
{
    public async Task<Project?> FindAsync(string name, CancellationToken cancellationToken) =>
        (await state.CurrentAsync(cancellationToken).ConfigureAwait(false)).ProjectsByName.GetValueOrDefault(name);

    public async Task<Project?> FindAsync(ProjectId id, CancellationToken cancellationToken) =>
        (await state.CurrentAsync(cancellationToken).ConfigureAwait(false)).Projects.GetValueOrDefault(id);

    public async Task<IReadOnlyList<Project>> ListAsync(CancellationToken cancellationToken) =>
        [.. (await state.CurrentAsync(cancellationToken).ConfigureAwait(false)).Projects.Values.OrderBy(p => p.Name, StringComparer.Ordinal)];
}
