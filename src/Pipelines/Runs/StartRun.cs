using Npgsql;
using Takt.Kernel;
using Takt.Pipelines.Specs;
using Takt.Records;

namespace Takt.Pipelines.Runs;

/// <summary>Starts runs: by hand, by trigger, and of recorded recipes.</summary>
internal sealed class StartRun(ITaktDatabase database, SpecStore specs, RunTransitions transitions, RunQueue queue, TimeProvider time) : IPipelines
{
    public Task<Outcome<PipelineRunId>> StartAsync(Caller caller, string pipeline, IReadOnlyDictionary<string, string> parameters, string cause, CancellationToken cancellationToken) =>
        StartAsync(caller, pipeline, parameters, cause, useCache: true, cancellationToken);

    public async Task<Outcome<PipelineRunId>> StartAsync(Caller caller, string pipeline, IReadOnlyDictionary<string, string> parameters, string cause, bool useCache, CancellationToken cancellationToken)
    {
        var prepared = await PrepareAsync(caller, pipeline, parameters, cause, useCache, cancellationToken).ConfigureAwait(false);
        if (prepared.Problem is { } problem) return problem;
        return await AddAsync(prepared.Value, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The run as it would be added; nothing is recorded yet.</summary>
    public async Task<Outcome<PipelineRun>> PrepareAsync(Caller caller, string pipeline, IReadOnlyDictionary<string, string> parameters, string cause, bool useCache, CancellationToken cancellationToken)
    {
        if (await specs.FindPipelineAsync(caller.Project, pipeline, cancellationToken).ConfigureAwait(false) is not var (spec, revision, source)) return NotFound(pipeline);
        var read = RunParams.Read(spec, parameters);
        if (read.Problem is { } problem) return problem;
        return New(caller, spec, read.Value.Given, cause) with { Revision = revision, Source = source, UseCache = useCache };
    }

    /// <summary>Records a prepared run and sets it going.</summary>
    public async Task<PipelineRunId> AddAsync(PipelineRun run, CancellationToken cancellationToken)
    {
        await database.InTransactionAsync(async (transaction, token) =>
        {
            await LockAsync(transaction, run.Project, run.Pipeline, token).ConfigureAwait(false);
            await transitions.AddAsync(transaction, run, token).ConfigureAwait(false);
        }, cancellationToken).ConfigureAwait(false);
        queue.Want(run.Id);
        return run.Id;
    }

    public PipelineRun New(Caller caller, PipelineSpec spec, IReadOnlyDictionary<string, string> parameters, string cause) =>
        new(Id.New<PipelineRunId>(time), caller.Project, spec.Name, 0, null, RunState.Queued, null, cause, parameters, spec, 0, null, true, caller.Actor, caller.Role, null,
            time.GetUtcMicroseconds(), null, null);

    /// <summary>Numbers and "is one running?" are asked one at a time by pipeline.</summary>
    public static Task LockAsync(NpgsqlTransaction transaction, ProjectId project, string pipeline, CancellationToken cancellationToken) =>
        transaction.Command("SELECT pg_advisory_xact_lock(hashtextextended($1, 7102))", $"{project}/{pipeline}").RunAsync(cancellationToken);

    public static Problem NotFound(string pipeline) => Problem.NotFound("pipeline-not-found", $"There is no pipeline '{pipeline}'.", "Define it under 'pipelines:' in takt.yaml and apply it.");
}
