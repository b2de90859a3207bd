using Takt.Kernel;

namespace Takt.Tracking;

/// <summary>A run's id, also its id for MLflow's clients.</summary>
public readonly record struct RunId(Guid Value) : IId<RunId>
{
    public static RunId Of(Guid value) => new(value);

    public static bool TryParse(string? s, IFormatProvider? provider, out RunId result) => Id.TryParse(s, out result);

    public override string ToString() => Id.Text(this);
}

/// <summary>How a run stands.</summary>
public enum RunStatus { Running, Scheduled, Finished, Failed, Killed }

/// <summary>One value of a metric.</summary>
/// <param name="At">Milliseconds since 1970, UTC, as MLflow counts.</param>
public sealed record MetricPoint(string Key, double Value, long At, long Step);

/// <summary>A run with its newest values.</summary>
public sealed record Run(RunId Id, long Experiment, string Name, RunStatus Status, DateTimeOffset StartedAt, DateTimeOffset? EndedAt,
    IReadOnlyDictionary<string, string> Params, IReadOnlyDictionary<string, double> Metrics, IReadOnlyDictionary<string, string> Tags,
    IReadOnlyList<RunArtifact> Artifacts);

/// <summary>A file of a run.</summary>
public sealed record RunArtifact(string Path, Digest Blob, long Size);

/// <summary>Experiments and runs, for the modules behind. People and their clients use the HTTP API. Thread-safe.</summary>
public interface ITracking
{
    /// <summary>The experiment of that name, made if missing.</summary>
    Task<long> EnsureExperimentAsync(Caller caller, string name, CancellationToken cancellationToken);

    Task<RunId> StartRunAsync(Caller caller, long experiment, string name, IReadOnlyDictionary<string, string> tags, CancellationToken cancellationToken);

    Task LogAsync(Caller caller, RunId run, IReadOnlyDictionary<string, string> parameters, IReadOnlyList<MetricPoint> metrics, CancellationToken cancellationToken);

    /// <summary>Names a kept blob as a file of the run.</summary>
    Task AttachArtifactAsync(Caller caller, RunId run, RunArtifact artifact, CancellationToken cancellationToken);

    Task EndRunAsync(Caller caller, RunId run, RunStatus status, CancellationToken cancellationToken);

    Task<Run?> FindAsync(ProjectId project, RunId run, CancellationToken cancellationToken);
}
