using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Takt.Datasets.Catalogue;
using Takt.Kernel;

namespace Takt.Datasets.Deliveries;

internal static class DeliveryEndpoints
{
    private const int MostOnPage = 200;
    private const int LongestNote = 1000;

    public static void Map(RouteGroupBuilder group)
    {
        group.MapPost("/{name}/deliveries", DeliverAsync).Needs(Permission.DatasetsWrite).WithMetadata(new StreamsItsBody());
        group.MapGet("/{name}/deliveries", ListAsync).Needs(Permission.DatasetsRead);
        group.MapGet("/{name}/deliveries/{id}", GetAsync).Needs(Permission.DatasetsRead);
    }

    /// <summary>201 and the delivery where it made a version; 422 with every failed check, and the delivery, where it was set aside.</summary>
    private static async Task<IResult> DeliverAsync(Caller caller, string name, HttpRequest request, DeliverDataset deliver, string? note, string? mode, CancellationToken cancellationToken)
    {
        if (!Enum.TryParse<DeliveryMode>(mode ?? "append", ignoreCase: true, out var chosen) || !Enum.IsDefined(chosen))
            return Problem.Invalid("delivery-mode-unknown", $"There is no delivery mode '{mode}'.", "One of: append, replace.").ToHttp();
        if (note?.Length > LongestNote) return Problem.Invalid("delivery-note-too-long", $"The note has {note.Length} characters; at most {LongestNote} are kept.").ToHttp();
        var outcome = await deliver.RunAsync(caller, name, request.Body, chosen, note ?? "", cancellationToken).ConfigureAwait(false);
        return outcome.Switch(delivery => delivery.Status == DeliveryStatus.Accepted ? Results.Json(delivery, TaktJson.Options, statusCode: 201) : Refused(delivery), problem => problem.ToHttp());
    }

    private static async Task<IResult> ListAsync(Caller caller, string name, DatasetStore datasets, DeliveryStore deliveries, string? page, int? limit, CancellationToken cancellationToken)
    {
        if (await datasets.FindAsync(caller.Project, name, cancellationToken).ConfigureAwait(false) is null) return DatasetProblems.DatasetNotFound(name).ToHttp();
        DeliveryId? before = Id.TryParse<DeliveryId>(page, out var id) ? id : null;
        var most = Math.Clamp(limit ?? 50, 1, MostOnPage);
        var found = await deliveries.ListAsync(caller.Project, name, before, most, cancellationToken).ConfigureAwait(false);
        return Results.Json(new Page<Delivery>(found, found.Count == most ? found[^1].Id.ToString() : null), TaktJson.Options);
    }

    private static async Task<IResult> GetAsync(Caller caller, string name, string id, DeliveryStore deliveries, CancellationToken cancellationToken) =>
        Id.TryParse<DeliveryId>(id, out var delivery) && await deliveries.FindAsync(caller.Project, name, delivery, cancellationToken).ConfigureAwait(false) is { } found
            ? Results.Json(found, TaktJson.Options)
            : DatasetProblems.DeliveryNotFound(id).ToHttp();

    private static IResult Refused(Delivery delivery)
    {
        var failed = delivery.Checks.Where(c => !c.Passed).ToList();
        return Results.Problem(new ProblemDetails
        {
            Type = "takt:delivery-refused",
            Status = StatusCodes.Status422UnprocessableEntity,
            Title = "delivery refused",
            Detail = $"{failed.Count} of {delivery.Checks.Count} checks of dataset '{delivery.Dataset}' failed. The delivery is set aside as {delivery.Id}; nothing trains from it.",
            Extensions =
            {
                ["mend"] = "Mend the data and deliver again, or mend the check in takt.yaml if it asks for the wrong thing.",
                ["findings"] = failed.ConvertAll(c => $"{c.Check}: expected {c.Expected}, found {c.Observed}"),
                ["delivery"] = delivery,
            },
        });
    }

    /// <summary>A delivery may be of any size: it goes to disk as it comes.</summary>
    private sealed class StreamsItsBody : IRequestSizeLimitMetadata
    {
        public long? MaxRequestBodySize => null;
    }
}
