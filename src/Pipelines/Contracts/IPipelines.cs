using Takt.Kernel;

namespace Takt.Pipelines;

/// <summary>A pipeline run's id.</summary>
public readonly record struct PipelineRunId(Guid Value) : IId<PipelineRunId>
{
    public static PipelineRunId Of(Guid value) => new(value);

    public static bool TryParse(string? s, IFormatProvider? provider, out PipelineRunId result) => Id.TryParse(s, out result);

    public override string ToString() => Id.Text(this);
}

/// <summary>Runs pipelines. Thread-safe.</summary>
public interface IPipelines
{
    /// <summary>Starts a run and returns at once. Known params: those the pipeline declares.</summary>
    Task<Outcome<PipelineRunId>> StartAsync(Caller caller, string pipeline, IReadOnlyDictionary<string, string> parameters, string cause, CancellationToken cancellationToken);
}
