using System.Text.Json.Nodes;
using Takt.Artifacts;
using Takt.Kernel;
using Takt.Pipelines.Runs;
using Takt.Pipelines.Specs;
using Takt.Records;

namespace Takt.Pipelines.Cache;

/// <summary>Results of steps by what they depend on. A hit counts only while its files are still kept.</summary>
internal sealed class StepCache(ITaktDatabase database, IArtifactStore artifacts)
{
    public async Task<CachedResult?> FindAsync(ProjectId project, Digest key, CancellationToken cancellationToken)
    {
        var found = await database.App.Command("SELECT outputs, result, run FROM pipelines.cache WHERE project = $1 AND key = $2", project, key)
            .FirstAsync(r => new CachedResult(SpecStore.Parse<Dictionary<string, StepFile>>(r.GetString(0)), JsonNode.Parse(r.GetString(1))!.AsObject(), r.GetId<PipelineRunId>(2)), cancellationToken)
            .ConfigureAwait(false);
        if (found is null) return null;
        foreach (var file in found.Outputs.Values)
            if (await artifacts.FindAsync(project, file.Blob, cancellationToken).ConfigureAwait(false) is null) return null;
        return found;
    }
}

internal sealed record CachedResult(IReadOnlyDictionary<string, StepFile> Outputs, JsonObject Result, PipelineRunId Run);
