using Takt.Journal;
using Takt.Kernel;

namespace Takt.Datasets.Deliveries;

/// <summary>What the journal is told of deliveries, with the lineage.</summary>
internal static class DatasetFacts
{
    public static Fact VersionCreated(Caller caller, Delivery delivery, DatasetVersion version, DatasetVersion? last, DeliveryMode mode, IReadOnlyList<DatasetPart> added)
    {
        var subject = Subject.DatasetVersion(version.Name, version.Number);
        var from = Subject.Delivery(delivery.Id.ToString());
        var edges = new List<LineageEdge> { new(Subject.Blob(delivery.Raw), from, "delivered-as"), new(from, subject, "accepted-as") };
        if (last is not null) edges.Add(new LineageEdge(Subject.DatasetVersion(last.Name, last.Number), subject, mode == DeliveryMode.Append ? "extended-by" : "replaced-by"));
        edges.AddRange(added.Select(part => new LineageEdge(Subject.Blob(part.Blob), subject, "part-of")));
        return Fact.Of(caller, "dataset.version.created", subject, new
        {
            dataset = version.Name,
            version.Number,
            version.Digest,
            version.Rows,
            version.EventFrom,
            version.EventTo,
            delivery = delivery.Id,
            delivered = delivery.Rows,
            mode,
            delivery.Note,
            checks = delivery.Checks.Count,
            parts = version.Parts.Count,
        }, edges);
    }

    public static Fact DeliveryRefused(Caller caller, Delivery delivery)
    {
        var subject = Subject.Delivery(delivery.Id.ToString());
        return Fact.Of(caller, "dataset.delivery.refused", subject, new
        {
            delivery.Dataset,
            delivery = delivery.Id,
            delivery.Raw,
            delivery.Rows,
            delivery.Note,
            failed = delivery.Checks.Where(c => !c.Passed).Select(c => new { c.Check, c.Expected, c.Observed, c.Offending }),
        }, new LineageEdge(Subject.Blob(delivery.Raw), subject, "delivered-as"));
    }
}
