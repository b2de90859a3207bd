using System.Collections.Frozen;
using Takt.Kernel;
using static Takt.Kernel.Permission;

namespace Takt.Access.Roles;

/// <summary>What each role holds, beside all of the role before it.</summary>
internal static class RolePermissions
{
    // Calling a deployment is the least there is, so that an application needs no more than a viewer's token.
    // The journal's facts tell who did what: not a viewer's business. Lineage is.
    private static readonly Permission[] viewer =
    [
        ProjectsRead, ArtifactsRead, DatasetsRead, RunsRead, QualityRead, ModelsRead, DeploymentsRead, MonitorsRead, PipelinesRead, DefinitionsRead, PredictionsWrite,
    ];

    private static readonly Permission[] editor =
    [
        JournalRead, ArtifactsWrite, DatasetsWrite, RunsWrite, QualityWrite, ModelsWrite, DeploymentsWrite, DeploymentsRollBack,
        PredictionsRead, TruthWrite, MonitorsWrite, PipelinesRun, PipelinesWrite, DefinitionsApply,
    ];

    private static readonly Permission[] approver = [JournalVerify, AccessRead, ModelsPromote, QualityOverride];

    private static readonly Permission[] admin = [ProjectsAdminister, AccessAdminister];

    private static readonly FrozenSet<Permission>[] held = [.. Sums(viewer, editor, approver, admin)];

    /// <summary>Of the data plane: a service that is in no project, and may do nothing else.</summary>
    public static readonly FrozenSet<Permission> DataPlane = FrozenSet.Create(DataPlaneServe);

    public static FrozenSet<Permission> Of(Role role) => held[(int)role];

    private static IEnumerable<FrozenSet<Permission>> Sums(params Permission[][] steps) =>
        steps.Select((_, i) => steps.Take(i + 1).SelectMany(s => s).ToFrozenSet());
}
