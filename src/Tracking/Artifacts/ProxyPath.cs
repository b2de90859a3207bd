using System.Globalization;
using Takt.Kernel;

namespace Takt.Tracking;

/// <summary>A path of the artifact proxy. <c>3/RUN/artifacts/model/MLmodel</c> is a run's file; anything else is a file of the project.</summary>
/// <param name="Run">Null where it is none of a run.</param>
/// <param name="Rest">In the run's folder, else the whole path; empty where a folder's root is meant.</param>
internal sealed record ProxyPath(RunId? Run, long Experiment, string Rest)
{
    /// <summary>Null where the path is none.</summary>
    public static ProxyPath? Parse(string path)
    {
        path = path.TrimEnd('/');
        if (path.Length == 0) return new ProxyPath(null, 0, "");
        if (ArtifactPath.Check(path) is null) return null;
        var parts = path.Split('/', 4);
        if (parts.Length >= 3 && parts[2] == "artifacts" && parts[1].Length == 32 && Id.TryParse<RunId>(parts[1], out var run)
            && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var experiment))
            return new ProxyPath(run, experiment, parts.Length == 4 ? parts[3] : "");
        return new ProxyPath(null, 0, path);
    }
}
