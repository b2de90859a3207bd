using Takt.Kernel;

namespace Takt.Datasets;

/// <summary>The catalogue and its versions. Thread-safe.</summary>
public interface IDatasets
{
    /// <summary>Makes the catalogue's entry, or changes it. The same spec again changes nothing.</summary>
    Task<Outcome<DatasetSpec>> DefineAsync(Caller caller, DatasetSpec spec, CancellationToken cancellationToken);

    /// <summary>Takes a delivery: kept raw, read, inspected, and made a version or set aside. A refused delivery is a done outcome whose status says so, every failed check named.</summary>
    Task<Outcome<Delivery>> DeliverAsync(Caller caller, string dataset, Stream content, DeliveryMode mode, string note, CancellationToken cancellationToken);

    /// <param name="number">Null: the newest.</param>
    Task<DatasetVersion?> FindVersionAsync(ProjectId project, string dataset, int? number, CancellationToken cancellationToken);

    Task<DatasetSpec?> FindAsync(ProjectId project, string dataset, CancellationToken cancellationToken);

    /// <summary>Checked local Parquet files of the version's parts, in order, for engines that read files.</summary>
    Task<IReadOnlyList<string>> LocalPartsAsync(ProjectId project, DatasetVersion version, CancellationToken cancellationToken);
}

/// <summary>Looks at a delivery before it becomes a version. Quality implements it.</summary>
public interface IDeliveryInspector
{
    /// <param name="path">The delivery as a local Parquet file.</param>
    /// <param name="last">The version before it, if there is one.</param>
    /// <param name="lastParts">Its local Parquet files.</param>
    Task<IReadOnlyList<CheckResult>> InspectAsync(Caller caller, DatasetSpec spec, string path, DatasetVersion? last, IReadOnlyList<string> lastParts, CancellationToken cancellationToken);
}
