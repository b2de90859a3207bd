using System.Collections.Concurrent;
using Takt.Artifacts;
using Takt.Datasets.Catalogue;
using Takt.Datasets.Engine;
using Takt.Datasets.Profiles;
using Takt.Datasets.Versions;
using Takt.Journal;
using Takt.Kernel;
using Takt.Records;

namespace Takt.Datasets.Deliveries;

/// <summary>
/// Takes a delivery: keeps its bytes, reads it, has it inspected, and makes it a version or sets it aside. Deliveries to one dataset take turns.
/// Whatever fails on the way leaves nothing behind but the raw blob, which nobody refers to.
/// </summary>
internal sealed class DeliverDataset(ITaktDatabase database, IArtifactStore artifacts, IJournal journal, DatasetStore datasets, DeliveryStore deliveries, VersionStore versions,
    DataEngine engine, IEnumerable<IDeliveryInspector> inspectors, TimeProvider time)
{
    /// <summary>Rows in a part, at most.</summary>
    public const long PartRows = 1_000_000;

    private readonly ConcurrentDictionary<(ProjectId, string), SemaphoreSlim> turns = new();

    public async Task<Outcome<Delivery>> RunAsync(Caller caller, string dataset, Stream content, DeliveryMode mode, string note, CancellationToken cancellationToken)
    {
        if (await datasets.FindAsync(caller.Project, dataset, cancellationToken).ConfigureAwait(false) is null) return DatasetProblems.DatasetNotFound(dataset);
        var raw = await artifacts.PutAsync(caller.Project, content, cancellationToken).ConfigureAwait(false);
        var turn = turns.GetOrAdd((caller.Project, dataset), _ => new SemaphoreSlim(1));
        await turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await TakeAsync(caller, dataset, raw, mode, note, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            turn.Release();
        }
    }

    private async Task<Outcome<Delivery>> TakeAsync(Caller caller, string dataset, Blob raw, DeliveryMode mode, string note, CancellationToken cancellationToken)
    {
        var entry = (await datasets.FindAsync(caller.Project, dataset, cancellationToken).ConfigureAwait(false))!;
        if (await deliveries.FindSameAsync(caller.Project, dataset, raw.Digest, mode, cancellationToken).ConfigureAwait(false) is { } before) return before;

        var last = await versions.FindAsync(caller.Project, dataset, null, cancellationToken).ConfigureAwait(false);
        var lastParts = last is null ? [] : await artifacts.LocalPathsAsync(caller.Project, last, cancellationToken).ConfigureAwait(false);
        var id = Id.New<DeliveryId>(time);
        using var work = engine.Open(id);
        var path = await artifacts.LocalPathAsync(caller.Project, raw.Digest, cancellationToken).ConfigureAwait(false);
        var schema = entry.Spec.Columns.Count > 0 || last is null || mode == DeliveryMode.Replace ? entry.Spec.Columns : last.Schema;
        var read = await Task.Run(() => DeliveryReader.Read(work, entry.Spec, schema, path, work["delivery.parquet"], cancellationToken), cancellationToken).ConfigureAwait(false);
        if (read.Problem is { } problem) return problem;
        if (mode == DeliveryMode.Append && last is not null && !last.Schema.SequenceEqual(read.Value.Schema))
            return DatasetProblems.WrongSchema(dataset, [$"the last version has the columns {Words(last.Schema)}, this delivery {Words(read.Value.Schema)}. Replace the dataset instead (mode=replace)."]);

        var checks = new List<CheckResult>();
        foreach (var inspector in inspectors)
            checks.AddRange(await inspector.InspectAsync(caller, entry.Spec, read.Value.Path, last, lastParts, cancellationToken).ConfigureAwait(false));
        var accepted = checks.TrueForAll(c => c.Passed);
        var delivery = new Delivery(id, dataset, accepted ? DeliveryStatus.Accepted : DeliveryStatus.Refused, raw.Digest, read.Value.Rows, accepted ? entry.Newest + 1 : null, note, checks,
            time.GetUtcMicroseconds());
        return accepted
            ? await AcceptAsync(caller, work, entry, delivery, mode, read.Value, last, lastParts, cancellationToken).ConfigureAwait(false)
            : await SetAsideAsync(caller, delivery, mode, cancellationToken).ConfigureAwait(false);
    }

    private async Task<Outcome<Delivery>> AcceptAsync(Caller caller, DeliveryWork work, CatalogueEntry entry, Delivery delivery, DeliveryMode mode, ReadDelivery read,
        DatasetVersion? last, IReadOnlyList<string> lastParts, CancellationToken cancellationToken)
    {
        var extends = mode == DeliveryMode.Append ? last : null;
        var files = await Task.Run(() => DeliveryReader.Split(work, read, PartRows, cancellationToken), cancellationToken).ConfigureAwait(false);
        var added = new List<DatasetPart>(files.Count);
        foreach (var (path, rows) in files)
        {
            await using var stream = File.OpenRead(path);
            var blob = await artifacts.PutAsync(caller.Project, stream, cancellationToken).ConfigureAwait(false);
            added.Add(new DatasetPart(blob.Digest, rows, blob.Size));
        }
        var manifest = new Manifest(entry.Spec.Name, last?.Digest, read.Rows + (extends?.Rows ?? 0), read.Schema, entry.Spec.TimeColumn,
            Earlier(read.EventFrom, extends?.EventFrom), Later(read.EventTo, extends?.EventTo), [.. extends?.Parts ?? [], .. added]);
        var text = manifest.ToCanonicalJson();
        var version = new DatasetVersion(entry.Spec.Name, delivery.Version!.Value, Manifest.DigestOf(text), manifest.Rows, manifest.Schema, manifest.EventFrom, manifest.EventTo, delivery.At, manifest.Parts);
        var parts = extends is null ? [read.Path] : (IReadOnlyList<string>)[.. lastParts, read.Path];
        var profile = await Task.Run(() => Profiler.Profile(work, parts, version.Schema, version.Rows, cancellationToken), cancellationToken).ConfigureAwait(false);

        return await database.InTransactionAsync<Outcome<Delivery>>(async (transaction, token) =>
        {
            if (!await datasets.AdvanceAsync(transaction, caller.Project, version.Name, version.Number - 1, token).ConfigureAwait(false)) return DatasetProblems.Moved(version.Name);
            await deliveries.AddAsync(transaction, caller, delivery, mode, token).ConfigureAwait(false);
            await versions.AddAsync(transaction, caller.Project, version, text, profile, delivery.Id, token).ConfigureAwait(false);
            await journal.AppendAsync(transaction, DatasetFacts.VersionCreated(caller, delivery, version, last, mode, added), token).ConfigureAwait(false);
            return delivery;
        }, cancellationToken).ConfigureAwait(false);
    }

    private async Task<Outcome<Delivery>> SetAsideAsync(Caller caller, Delivery delivery, DeliveryMode mode, CancellationToken cancellationToken)
    {
        await database.InTransactionAsync(async (transaction, token) =>
        {
            await deliveries.AddAsync(transaction, caller, delivery, mode, token).ConfigureAwait(false);
            await journal.AppendAsync(transaction, DatasetFacts.DeliveryRefused(caller, delivery), token).ConfigureAwait(false);
        }, cancellationToken).ConfigureAwait(false);
        return delivery;
    }

    private static string Words(IReadOnlyList<ColumnSpec> schema) => string.Join(", ", schema.Select(c => $"{c.Name} {c.Type}"));

    private static DateTimeOffset? Earlier(DateTimeOffset? a, DateTimeOffset? b) => a is null || b < a ? b ?? a : a;

    private static DateTimeOffset? Later(DateTimeOffset? a, DateTimeOffset? b) => a is null || b > a ? b ?? a : a;
}
