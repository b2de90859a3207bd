using Takt.Kernel;

namespace Takt.Monitoring;

/// <summary>An alert and what became of it.</summary>
/// <param name="Windows">How many windows in a row showed it.</param>
/// <param name="LatestTo">End of the last of them, event time.</param>
/// <param name="ResolvedBecause">In words; null while it stands.</param>
public sealed record AlertStanding(Alert Alert, AlertState State, AlertSeverity Severity, int Windows, DateTimeOffset LatestTo,
    ActorId? AcknowledgedBy, DateTimeOffset? AcknowledgedAt, string? Note, DateTimeOffset? ResolvedAt, string? ResolvedBecause);

/// <summary>Acknowledged: somebody has seen it and it still stands.</summary>
public enum AlertState { Open, Acknowledged, Resolved }
