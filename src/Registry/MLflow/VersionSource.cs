using Takt.Kernel;
using Takt.Tracking;
using Takt.Tracking.MLflow;

namespace Takt.Registry.MLflow;

/// <summary>
/// Where a client says a version's files lie: written down, never opened. It is checked all the same, so that nobody who reads it is led astray, and no tag or other
/// field weakens the check.
/// </summary>
internal static class VersionSource
{
    private const int Longest = 2048;
    private const string OfPrompts = "dummy-source"; // what MLflow's clients send for a prompt: no location at all

    public static void Check(string source, string? runArtifacts)
    {
        MLflowNames.CheckLength(source, Longest, "source");
        if (source == OfPrompts) return;
        if (source.Any(char.IsControl)) throw Climbs(source);
        var colon = source.IndexOf(':', StringComparison.Ordinal);
        var scheme = colon > 1 && source[..colon].All(c => char.IsAsciiLetterOrDigit(c) || c is '+' or '-' or '.') ? source[..colon].ToLowerInvariant() : "";
        if (scheme is "" or "file") CheckLocal(source, runArtifacts);
        else if (HasClimb(source) || scheme is "ftp" or "sftp" && source.Contains('?', StringComparison.Ordinal) || source.AsSpan().ContainsAny("#\\")) throw Climbs(source);
    }

    /// <summary>A path on some machine: only inside the artifacts of the run it is said to come from.</summary>
    private static void CheckLocal(string source, string? runArtifacts)
    {
        if (runArtifacts is not null && !HasClimb(source) && Plain(source) is var path && Plain(runArtifacts) is var root
            && (path == root || path.StartsWith(root + "/", StringComparison.Ordinal))) return;
        throw MLflowException.Invalid($"Invalid model version source: '{Short(source)}'. To use a local path as a model version source, the run_id request parameter has to be specified and the local path has to be contained within the artifact directory of the run specified by the run_id.");
    }

    private static bool HasClimb(string source)
    {
        for (var decoded = source; ;)
        {
            if (decoded.Split('/', '\\', '?', '&', ';').Any(part => part == ".." || part.EndsWith(":..", StringComparison.Ordinal))) return true;
            var again = Uri.UnescapeDataString(decoded);
            if (again == decoded) return false;
            decoded = again;
        }
    }

    private static string Plain(string location) => (location.StartsWith("file://", StringComparison.OrdinalIgnoreCase) ? location[7..] : location).TrimEnd('/');

    private static MLflowException Climbs(string source) => MLflowException.Invalid(
        $"Invalid model version source: '{Short(source)}'. If supplying a source as an http, https, local file path, ftp, objectstore, mlflow-artifacts, or other URI, an absolute path must be provided without relative path references present. Please provide an absolute path.");

    private static string Short(string source) => source.Length > 200 ? source[..200] + "…" : source;
}
