namespace Takt.Serving;

/// <summary>What a data plane is told when it starts.</summary>
/// <param name="Folder">Its own: the last plan, models, the inference log. Made if missing; nobody else writes there.</param>
/// <param name="Listen"><c>http://127.0.0.1:8586</c>, or <c>fd:3</c> for a socket that the supervisor holds.</param>
/// <param name="ControlPlaneUrl">Where plans come from and the log goes to, e.g. <c>http://127.0.0.1:8585</c>. It may be away.</param>
/// <param name="TokenFile">Holds the token for the control plane (permission <c>DataPlaneServe</c>); read again after a refusal.</param>
public sealed record DataPlaneOptions(string Folder, string Listen, string ControlPlaneUrl, string TokenFile)
{
    /// <summary>Largest request body in bytes; default 8 MiB. A larger one is refused before it is read.</summary>
    public int MaxBodyBytes { get; init; } = 8 << 20;

    /// <summary>A model that computes longer than this on one request is stopped; default 10 s.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Without a word from the control plane for this long, nobody's token counts any more; default 7 days.</summary>
    public TimeSpan TrustPlanFor { get; init; } = TimeSpan.FromDays(7);

    /// <summary>A segment of the inference log is closed at this size; default 16 MiB.</summary>
    public int SegmentBytes { get; init; } = 16 << 20;

    /// <summary>A segment is closed when nothing was added to it for this long; default 5 s.</summary>
    public TimeSpan SegmentIdle { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Copies for shadows that may wait; more are dropped and counted. Default 8192.</summary>
    public int ShadowQueue { get; init; } = 8192;

    /// <summary>Told once, with the address it really listens on.</summary>
    public Action<string>? Listening { get; init; }
}
