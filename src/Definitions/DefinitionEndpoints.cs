using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Takt.Definitions.Applied;
using Takt.Definitions.Reading;
using Takt.Kernel;

namespace Takt.Definitions;

/// <param name="File">The text of takt.yaml.</param>
/// <param name="Files">The files that it names: path to text.</param>
/// <param name="Source">Where the project's folder stands in git: <c>{"commit": …, "branch": …, "diff": …}</c>.</param>
internal sealed record DefinitionRequest(string? File, Dictionary<string, string>? Files, JsonElement? Source);

internal static class DefinitionEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var definition = routes.MapGroup("/api/v1/projects/{project}/definition");
        definition.MapGet("", LastAsync).Needs(Permission.DefinitionsRead);
        definition.MapPost("/plan", PlanAsync).Needs(Permission.DefinitionsRead);
        definition.MapPost("/apply", ApplyAsync).Needs(Permission.DefinitionsApply);
        routes.MapPost("/api/v1/definition/check", CheckAsync).Needs(Permission.DefinitionsRead);
        routes.MapGet("/api/v1/definition/schema", Schema).Needs(Permission.DefinitionsRead);
    }

    private static async Task<IResult> LastAsync(Caller caller, AppliedStore store, CancellationToken cancellationToken) =>
        await store.LastAsync(caller.Project, cancellationToken).ConfigureAwait(false) is { } last
            ? Results.Json(last, TaktJson.Options)
            : Problem.NotFound("definition-not-found", "Nothing was applied to this project yet.", "Write a takt.yaml and run 'takt apply'.").ToHttp();

    private static async Task<IResult> PlanAsync(Caller caller, DefinitionRequest request, DefinitionUse use, CancellationToken cancellationToken) =>
        Answer(await use.PlanAsync(caller, Source(request), cancellationToken).ConfigureAwait(false));

    private static async Task<IResult> CheckAsync(Caller caller, DefinitionRequest request, string project, DefinitionUse use, TimeProvider time, CancellationToken cancellationToken) =>
        Answer(await use.CheckAsync(caller, Source(request), project, time, cancellationToken).ConfigureAwait(false));

    private static async Task<IResult> ApplyAsync(Caller caller, DefinitionRequest request, DefinitionUse use, CancellationToken cancellationToken) =>
        Answer(await use.ApplyAsync(caller, Source(request), cancellationToken).ConfigureAwait(false));

    private static IResult Schema(DefinitionReader reader) => Results.Text(DefinitionSchema.Of(reader.Parts).ToJsonString(), "application/schema+json");

    private static DefinitionSource Source(DefinitionRequest request) => new(request.File ?? "", request.Files ?? [],
        request.Source is { ValueKind: JsonValueKind.Object } source ? source : null);

    private static IResult Answer((DefinitionOutcome? Outcome, Problem? Problem, SpecErrors? Errors) answer)
    {
        if (answer.Problem is not { } problem) return Results.Json(answer.Outcome, TaktJson.Options);
        if (answer.Errors is not { } errors) return problem.ToHttp();
        // Beside the lines for people, where each mistake stands: an editor jumps there.
        var details = new ProblemDetails { Type = $"takt:{problem.Type}", Status = problem.Status, Title = "definition invalid", Detail = problem.Detail };
        details.Extensions["findings"] = problem.Findings;
        details.Extensions["errors"] = errors.All;
        return Results.Problem(details);
    }
}
