using Takt.Artifacts;
using Takt.Datasets.Deliveries;
using Takt.Datasets.Versions;
using Takt.Kernel;

namespace Takt.Datasets.Catalogue;

/// <summary>What other modules see.</summary>
internal sealed class DatasetCatalogue(DatasetStore datasets, VersionStore versions, DefineDataset define, DeliverDataset deliver, IArtifactStore artifacts) : IDatasets
{
    public Task<Outcome<DatasetSpec>> DefineAsync(Caller caller, DatasetSpec spec, CancellationToken cancellationToken) => define.RunAsync(caller, spec, cancellationToken);

    public Task<Outcome<Delivery>> DeliverAsync(Caller caller, string dataset, Stream content, DeliveryMode mode, string note, CancellationToken cancellationToken) =>
        deliver.RunAsync(caller, dataset, content, mode, note, cancellationToken);

    public Task<DatasetVersion?> FindVersionAsync(ProjectId project, string dataset, int? number, CancellationToken cancellationToken) =>
        versions.FindAsync(project, dataset, number, cancellationToken);

    public async Task<DatasetSpec?> FindAsync(ProjectId project, string dataset, CancellationToken cancellationToken) =>
        (await datasets.FindAsync(project, dataset, cancellationToken).ConfigureAwait(false))?.Spec;

    public Task<IReadOnlyList<string>> LocalPartsAsync(ProjectId project, DatasetVersion version, CancellationToken cancellationToken) =>
        artifacts.LocalPathsAsync(project, version, cancellationToken);
}
