using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Takt.Journal.Checkpoints;
using Takt.Journal.Export;
using Takt.Journal.Facts;
using Takt.Journal.Lineage;
using Takt.Kernel;
using Takt.Records;

namespace Takt.Journal.Endpoints;

/// <summary>The journal over HTTP.</summary>
internal static class JournalEndpoints
{
    private const int MostFacts = 1000;

    public static void Map(IEndpointRouteBuilder routes)
    {
        var project = routes.MapGroup("/api/v1/projects/{project}").WithTags("Journal");
        project.MapGet("/journal/facts", ListAsync).Needs(Permission.JournalRead);
        project.MapGet("/journal/facts/{position:long}", FindAsync).Needs(Permission.JournalRead);
        project.MapGet("/journal/checkpoint", CheckpointAsync).Needs(Permission.JournalRead);
        project.MapMethods("/journal/verify", ["GET", "POST"], VerifyAsync).Needs(Permission.JournalVerify);
        project.MapGet("/journal/export", ExportAsync).Needs(Permission.JournalVerify);
        // What came from what is everybody's who may see the things themselves.
        project.MapGet("/lineage", LineageAsync).Needs(Permission.ModelsRead);

        var server = routes.MapGroup("/api/v1/journal").WithTags("Journal");
        server.MapMethods("/verify", ["GET", "POST"], VerifyAllAsync).NeedsInEveryProject(Permission.JournalVerify);
        server.MapGet("/export", ExportAllAsync).NeedsInEveryProject(Permission.JournalVerify);
    }

    private static async Task<IResult> ListAsync(
        Caller caller, ITaktDatabase database, string[] kind, string? subject, long? after, long? before, bool? newest, int? limit, string? page, CancellationToken cancellationToken)
    {
        if (limit is < 1 or > MostFacts) return Problem.Invalid("limit-invalid", $"A page has 1 to {MostFacts} facts.").ToHttp();
        if (subject is not null && !subject.Contains(':', StringComparison.Ordinal)) return BadSubject(subject).ToHttp();
        if (page is not null && !long.TryParse(page, CultureInfo.InvariantCulture, out _)) return Problem.Invalid("page-invalid", "That page was not given out here.").ToHttp();
        var backwards = newest ?? false;
        var from = page is null ? (long?)null : long.Parse(page, CultureInfo.InvariantCulture);
        var size = limit ?? 100;
        var query = new FactQuery(caller.Project, (backwards ? after : from ?? after) ?? -1, backwards ? from ?? before : before, kind, subject, backwards, size + 1);
        var facts = await FactReader.ReadAsync(database.App, query, cancellationToken).ConfigureAwait(false);
        var shown = facts.Take(size).Select(ShownFact.Of).ToList();
        var next = facts.Count > size ? shown[^1].Position.ToString(CultureInfo.InvariantCulture) : null;
        return Results.Json(new Page<ShownFact>(shown, next), TaktJson.Options);
    }

    private static async Task<IResult> FindAsync(Caller caller, long position, ITaktDatabase database, Journal journal, CancellationToken cancellationToken)
    {
        if (await FactReader.FindAsync(database.App, caller.Project, position, cancellationToken).ConfigureAwait(false) is not { } fact)
            return Problem.NotFound("fact-not-found", $"The project has no fact at position {position}.").ToHttp();
        var receipt = await journal.SequencedAsync(fact.Id, cancellationToken).ConfigureAwait(false);
        var checkpoint = (await CheckpointStore.RangeAsync(database.App, receipt.TreeSize - 1, receipt.TreeSize, cancellationToken).ConfigureAwait(false)).Single();
        return Results.Json(new { Fact = ShownFact.Of(fact), Proof = receipt, Checkpoint = ShownCheckpoint.Of(checkpoint) }, TaktJson.Options);
    }

    private static async Task<IResult> CheckpointAsync(Caller caller, ITaktDatabase database, CancellationToken cancellationToken) =>
        await CheckpointStore.LastAsync(database.App, cancellationToken).ConfigureAwait(false) is { } last
            ? Results.Json(ShownCheckpoint.Of(last), TaktJson.Options)
            : Problem.NotFound("checkpoint-not-found", "Nothing was signed yet.", "Try again in a second.").ToHttp();

    private static async Task<IResult> VerifyAsync(Caller caller, VerifyJournal verify, CancellationToken cancellationToken) =>
        Results.Json(await verify.RunAsync(caller.Project, cancellationToken).ConfigureAwait(false), TaktJson.Options);

    private static async Task<IResult> VerifyAllAsync(VerifyJournal verify, CancellationToken cancellationToken) =>
        Results.Json(await verify.RunAsync(null, cancellationToken).ConfigureAwait(false), TaktJson.Options);

    private static IResult ExportAsync(Caller caller, ExportJournal export, CancellationToken cancellationToken) => Download(export, caller.Project, cancellationToken);

    private static IResult ExportAllAsync(ExportJournal export, CancellationToken cancellationToken) => Download(export, null, cancellationToken);

    private static IResult Download(ExportJournal export, ProjectId? project, CancellationToken cancellationToken) =>
        Results.Stream(stream => export.WriteAsync(project, stream, cancellationToken), "application/x-ndjson", "journal.jsonl");

    private static async Task<IResult> LineageAsync(Caller caller, string subject, string? direction, int? depth, ReadLineage lineage, CancellationToken cancellationToken)
    {
        if (!subject.Contains(':', StringComparison.Ordinal)) return BadSubject(subject).ToHttp();
        if (depth is < 1 or > ReadLineage.MostDepth) return Problem.Invalid("depth-invalid", $"Lineage is walked 1 to {ReadLineage.MostDepth} steps deep.").ToHttp();
        if (direction is not (null or "up" or "down")) return Problem.Invalid("direction-invalid", "Lineage is walked up or down.", "Write direction=up or direction=down.").ToHttp();
        return Results.Json(await lineage.RunAsync(caller.Project, Subject.Parse(subject), direction == "down" ? LineageDirection.Down : LineageDirection.Up, depth ?? 20, cancellationToken).ConfigureAwait(false), TaktJson.Options);
    }

    private static Problem BadSubject(string subject) => Problem.Invalid("subject-invalid", $"'{subject}' is no subject.", "Write kind:name, e.g. model-version:flight-late/1.");

    /// <param name="Payload">As JSON; what is hashed is its text, in the export.</param>
    private sealed record ShownFact(long Position, FactId Id, DateTimeOffset At, ActorId Actor, string Kind, int Version, string Subject, JsonElement Payload, IReadOnlyList<ShownEdge> Edges, Digest Leaf)
    {
        public static ShownFact Of(SequencedFact s) => new(
            s.Position, s.Id, s.At, s.Fact.Actor, s.Fact.Kind, s.Fact.Version, s.Fact.Subject.ToString(), JsonElement.Parse(s.Fact.Payload),
            [.. s.Fact.Edges.Select(e => new ShownEdge(e.From.ToString(), e.To.ToString(), e.Relation))], s.Leaf);
    }

    private sealed record ShownEdge(string From, string To, string Relation);

    /// <param name="Text">The signed bytes, as text.</param>
    private sealed record ShownCheckpoint(long Size, Digest Root, DateTimeOffset At, string Key, string Text, string Signature)
    {
        public static ShownCheckpoint Of(SignedCheckpoint s) => new(
            s.Checkpoint.Size, s.Checkpoint.Root, s.Checkpoint.At, s.Checkpoint.Key, System.Text.Encoding.UTF8.GetString(s.Checkpoint.Text()), Convert.ToBase64String(s.Signature));
    }
}
