namespace Takt.Kernel;

/// <summary>What an endpoint asks of its caller, in one project. Roles are sets of these (see Access).</summary>
public enum Permission
{
    ProjectsRead, ProjectsAdminister,
    JournalRead, JournalVerify,
    AccessRead, AccessAdminister,
    ArtifactsRead, ArtifactsWrite,
    DatasetsRead, DatasetsWrite,
    RunsRead, RunsWrite,
    QualityRead, QualityWrite, QualityOverride,
    ModelsRead, ModelsWrite, ModelsPromote,
    DeploymentsRead, DeploymentsWrite, DeploymentsRollBack,
    PredictionsWrite, PredictionsRead, TruthWrite,
    MonitorsRead, MonitorsWrite,
    PipelinesRead, PipelinesRun, PipelinesWrite,
    DefinitionsRead, DefinitionsApply,
    DataPlaneServe,
}
