using Takt.Kernel;

namespace Takt.Serving;

/// <summary>A deployment among those of all projects.</summary>
internal readonly record struct DeploymentKey(ProjectId Project, string Name)
{
    /// <summary>Names are letters, digits and hyphens: fit for a path.</summary>
    public string Folder(string root) => Path.Combine(root, Project.ToString(), Name);
}
