using Takt.Artifacts;
using Takt.Kernel;
using Takt.Pipelines.Execution;
using Takt.Pipelines.Runs;

namespace Takt.Pipelines.Steps;

/// <summary>Takes what a step wrote into <c>out/</c>.</summary>
internal static class OutputFiles
{
    /// <exception cref="StepRefusedException">One is missing, or is no plain file: a link would bring in what the step itself may not read.</exception>
    public static async Task<IReadOnlyDictionary<string, StepFile>> KeepAsync(this IArtifactStore artifacts, ProjectId project, string folder, IEnumerable<string> names, CancellationToken cancellationToken)
    {
        var kept = new Dictionary<string, StepFile>();
        foreach (var name in names)
        {
            var path = Path.Combine(folder, "out", name);
            if (!File.Exists(path)) throw new StepRefusedException($"It ended without its output '{name}'. Write it to out/{name}.");
            for (var part = path; part.Length > folder.Length; part = Path.GetDirectoryName(part)!)
                if (File.GetAttributes(part).HasFlag(FileAttributes.ReparsePoint)) throw new StepRefusedException($"Its output '{name}' is a link. Write a plain file.");
            await using var stream = File.OpenRead(path);
            var blob = await artifacts.PutAsync(project, stream, cancellationToken).ConfigureAwait(false);
            kept[name] = new StepFile(blob.Digest, blob.Size);
        }
        return kept;
    }
}
