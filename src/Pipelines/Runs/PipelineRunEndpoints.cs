using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Takt.Kernel;
using Takt.Pipelines.Reproducing;
using Takt.Pipelines.Specs;
using Takt.Pipelines.Triggers;

namespace Takt.Pipelines.Runs;

/// <param name="Params">By name.</param>
/// <param name="Cache">False: every step runs, whatever is known already. Default true.</param>
internal sealed record StartRequest(Dictionary<string, string>? Params, bool? Cache);

internal static class PipelineRunEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var project = routes.MapGroup("/api/v1/projects/{project}").WithTags("Pipelines");
        project.MapGet("/pipelines", PipelinesAsync).Needs(Permission.PipelinesRead);
        project.MapGet("/pipelines/{pipeline}", PipelineAsync).Needs(Permission.PipelinesRead);
        project.MapPost("/pipelines/{pipeline}/runs", StartAsync).Needs(Permission.PipelinesRun);
        project.MapGet("/pipeline-runs", ListAsync).Needs(Permission.PipelinesRead);
        project.MapGet("/pipeline-runs/{run}", RunAsync).Needs(Permission.PipelinesRead);
        project.MapGet("/pipeline-runs/{run}/logs", LogsAsync).Needs(Permission.PipelinesRead);
        project.MapPost("/pipeline-runs/{run}/cancel", CancelAsync).Needs(Permission.PipelinesRun);
        project.MapGet("/triggers", TriggersAsync).Needs(Permission.PipelinesRead);
        project.MapPost("/models/{model}/versions/{number:int}/reproduce", ReproduceAsync).Needs(Permission.PipelinesRun);
    }

    public static Problem NotFound(PipelineRunId run) => Problem.NotFound("pipeline-run-not-found", $"There is no pipeline run {run} in this project.");

    private static async Task<IResult> PipelinesAsync(Caller caller, SpecStore specs, CancellationToken cancellationToken) =>
        Results.Json((await specs.ListAsync<PipelineSpec>(caller.Project, SpecStore.Pipeline, cancellationToken).ConfigureAwait(false)).Values
            .Select(p => new { p.Name, Params = RunParams.Known(p), Steps = p.Steps.Select(s => new { s.Name, Uses = s.Kind }), p.Model }), TaktJson.Options);

    private static async Task<IResult> PipelineAsync(Caller caller, string pipeline, SpecStore specs, CancellationToken cancellationToken) =>
        await specs.FindPipelineAsync(caller.Project, pipeline, cancellationToken).ConfigureAwait(false) is var (spec, revision, source)
            ? Results.Json(new { Revision = revision, Spec = spec, Params = RunParams.Known(spec), Source = source }, TaktJson.Options)
            : StartRun.NotFound(pipeline).ToHttp();

    private static async Task<IResult> StartAsync(Caller caller, string pipeline, StartRequest? request, StartRun start, RunStore store, CancellationToken cancellationToken)
    {
        var started = await start.StartAsync(caller, pipeline, request?.Params ?? [], "hand", request?.Cache ?? true, cancellationToken).ConfigureAwait(false);
        return started.Problem is { } problem ? problem.ToHttp() : await ShowAsync(store, started.Value, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<IResult> ListAsync(Caller caller, string? pipeline, string? page, int? limit, RunStore store, CancellationToken cancellationToken)
    {
        PipelineRunId? before = Id.TryParse<PipelineRunId>(page, out var last) ? last : null;
        if (page is not null && before is null) return Problem.Invalid("page-invalid", $"'{page}' is no page of this list.", "Give back 'next' of the page before.").ToHttp();
        var count = Math.Clamp(limit ?? 50, 1, 200);
        var runs = await store.ListAsync(caller.Project, pipeline, before, count + 1, cancellationToken).ConfigureAwait(false);
        return Results.Json(new Page<RunView>([.. runs.Take(count).Select(r => RunView.Of(r, null))], runs.Count > count ? runs[count - 1].Id.ToString() : null), TaktJson.Options);
    }

    private static async Task<IResult> RunAsync(Caller caller, PipelineRunId run, RunStore store, LiveSteps live, CancellationToken cancellationToken)
    {
        if (await store.FindAsync(caller.Project, run, cancellationToken).ConfigureAwait(false) is not { } found) return NotFound(run).ToHttp();
        var steps = await store.StepsAsync(run, cancellationToken).ConfigureAwait(false);
        return Results.Json(RunView.Of(found, [.. steps.Select(s => StepView.Of(s, live))]), TaktJson.Options);
    }

    private static async Task<IResult> LogsAsync(Caller caller, PipelineRunId run, string? step, long? from, ReadLog log, CancellationToken cancellationToken) =>
        (await log.ReadAsync(caller.Project, run, step, from ?? 0, cancellationToken).ConfigureAwait(false)).ToHttp();

    private static async Task<IResult> CancelAsync(Caller caller, PipelineRunId run, CancelRun cancel, CancellationToken cancellationToken) =>
        (await cancel.CancelAsync(caller, run, cancellationToken).ConfigureAwait(false)).ToHttp(r => RunView.Of(r, null));

    private static async Task<IResult> TriggersAsync(Caller caller, SpecStore specs, FiringStore firings, CancellationToken cancellationToken)
    {
        var triggers = await specs.ListAsync<TriggerSpec>(caller.Project, SpecStore.Trigger, cancellationToken).ConfigureAwait(false);
        var last = await firings.NewestAsync(caller.Project, 100, cancellationToken).ConfigureAwait(false);
        return Results.Json(triggers.Values.Select(t => new { t.Name, t.When, t.Cron, t.Monitor, t.Dataset, t.Pipeline, Firings = last.Where(f => f.Trigger == t.Name) }), TaktJson.Options);
    }

    private static async Task<IResult> ReproduceAsync(Caller caller, string model, int number, ReproduceVersion reproduce, RunStore store, CancellationToken cancellationToken)
    {
        var started = await reproduce.StartAsync(caller, model, number, cancellationToken).ConfigureAwait(false);
        return started.Problem is { } problem ? problem.ToHttp() : await ShowAsync(store, started.Value, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<IResult> ShowAsync(RunStore store, PipelineRunId run, CancellationToken cancellationToken) =>
        Results.Json(RunView.Of((await store.FindAsync(run, cancellationToken).ConfigureAwait(false))!, null), TaktJson.Options, statusCode: StatusCodes.Status202Accepted);
}
