using Takt.Kernel;

namespace Takt.Access;

/// <summary>Projects by name. Thread-safe; answers from memory.</summary>
public interface IProjects
{
    Task<Project?> FindAsync(string name, CancellationToken cancellationToken);

    Task<Project?> FindAsync(ProjectId id, CancellationToken cancellationToken);

    Task<IReadOnlyList<Project>> ListAsync(CancellationToken cancellationToken);
}

/// <param name="Name">Lower-case letters, digits and hyphens, at most 63.</param>
public sealed record Project(ProjectId Id, string Name, DateTimeOffset CreatedAt);
