using Takt.Kernel;

namespace Takt.Server;

/// <summary>Every module, in the order data flows: migrations, services and endpoints follow it.</summary>
public static class ModuleList
{
    public static IReadOnlyList<IModule> All { get; } =
    [
        new Journal.JournalModule(),
        new Artifacts.ArtifactsModule(),
        new Access.AccessModule(),
        new Datasets.DatasetsModule(),
        new Tracking.TrackingModule(),
        new Quality.QualityModule(),
        new Registry.RegistryModule(),
        new Serving.ServingModule(),
        new Monitoring.MonitoringModule(),
        new Pipelines.PipelinesModule(),
        new Definitions.DefinitionsModule(),
        new Web.WebModule(),
    ];
}
