using Takt.Artifacts;
using Takt.Kernel;

namespace Takt.Datasets.Versions;

/// <summary>The checked local files of a version's parts.</summary>
internal static class LocalParts
{
    public static async Task<IReadOnlyList<string>> LocalPathsAsync(this IArtifactStore artifacts, ProjectId project, DatasetVersion version, CancellationToken cancellationToken)
    {
        var paths = new List<string>(version.Parts.Count);
        foreach (var part in version.Parts) paths.Add(await artifacts.LocalPathAsync(project, part.Blob, cancellationToken).ConfigureAwait(false));
        return paths;
    }
}
