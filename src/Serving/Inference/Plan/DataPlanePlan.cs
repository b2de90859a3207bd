using Takt.Kernel;

namespace Takt.Serving;

/// <summary>What every data plane does: made by the control plane, kept on the data plane's disk, replaced whole.</summary>
/// <param name="Generation">Grows with every change of a deployment.</param>
/// <param name="Tokens">Who may ask: hashes, so that a stolen plan opens nothing.</param>
/// <param name="TokensVersion">Names the list of tokens; tokens change without a new generation.</param>
internal sealed record DataPlanePlan(long Generation, IReadOnlyList<PlannedDeployment> Deployments, IReadOnlyList<PlannedToken> Tokens, string TokensVersion);

/// <param name="Revisions">Those with traffic or a shadow's copies; the challenger first, so that a rising share keeps the callers it has.</param>
internal sealed record PlannedDeployment(ProjectId ProjectId, string Project, string Name, bool FlushBeforeAnswer, string? StickyBy, IReadOnlyList<PlannedRevision> Revisions);

/// <param name="Percent">Of the traffic.</param>
/// <param name="Shadow">It gets a copy of what others answer.</param>
internal sealed record PlannedRevision(int Number, string ModelVersion, Digest Digest, int Percent, bool Shadow);

/// <param name="Projects">That it may ask in; null: in every one.</param>
internal sealed record PlannedToken(Digest Sha256, IReadOnlyList<ProjectId>? Projects, DateTimeOffset ExpiresAt)
{
    public bool Opens(ProjectId project) => Projects is null || Projects.Contains(project);

    /// <summary>Where a request goes that names no project.</summary>
    public ProjectId Home => Projects is [var only] ? only : ProjectId.Default;
}

/// <summary>The answer to a held request for work.</summary>
/// <param name="Plan">Null where it is the one the data plane has.</param>
/// <param name="Seal">Everything logged so far is wanted, sealed; a number that grows with each such wish.</param>
internal sealed record DataPlaneOrders(DataPlanePlan? Plan, long Seal);

/// <summary>A data plane's word on what it did.</summary>
/// <param name="Failures">Revisions that it could not load; what was there before goes on.</param>
/// <param name="Counters">Since it started.</param>
internal sealed record DataPlaneReport(long Generation, long Seal, IReadOnlyList<LoadFailure> Failures, DataPlaneCounters Counters);

internal sealed record LoadFailure(ProjectId Project, string Deployment, int Revision, string Reason);

/// <param name="ShadowsDropped">Copies that found the queue full.</param>
/// <param name="Refused">Requests that were answered 4xx.</param>
internal sealed record DataPlaneCounters(long Answered, long Failed, long Refused, long ShadowsRun, long ShadowsDropped);
