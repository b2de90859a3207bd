namespace Takt.Supervisor;

/// <summary>Where a private cluster lies and how it is run.</summary>
public sealed record EmbeddedPostgresOptions
{
    /// <summary>
    /// The folder for <c>data</c> (the cluster), <c>run</c> (its socket) and <c>log</c>. As root it must be reachable by everybody's
    /// path (its parents open to search), since PostgreSQL then runs as an unprivileged user.
    /// </summary>
    public required string Folder { get; init; }

    /// <summary>
    /// For tests alone: nothing is flushed to disk, and cluster and processes go away with the process that started them, however it ends. Default: false.
    /// </summary>
    public bool Throwaway { get; init; }

    /// <summary>How long a start may take before it counts as failed; recovery after a crash is part of it. Default: 60 seconds.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(60);
}
