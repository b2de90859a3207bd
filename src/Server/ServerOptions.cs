using Takt.Kernel;

namespace Takt.Server;

/// <summary>How <c>takt server</c> was started.</summary>
public sealed record ServerOptions
{
    public required TaktHome Home { get; init; }

    /// <summary>Npgsql's; the role must own the database.</summary>
    public required string DatabaseConnection { get; init; }

    /// <summary>A listening socket that the supervisor holds; null: <see cref="Url"/> is bound.</summary>
    public int? ListenFd { get; init; }

    /// <summary>Bound where no socket is handed over. Default http://127.0.0.1:8585.</summary>
    public string Url { get; init; } = "http://127.0.0.1:8585";

    /// <summary>Where the data plane answers: shown to people and in samples.</summary>
    public string DataPlaneUrl { get; init; } = "http://127.0.0.1:8586";

    /// <summary>Host names allowed beside the loopback's own.</summary>
    public IReadOnlyList<string> AllowedHosts { get; init; } = [];

    /// <summary>The role of callers without credentials, on the loopback alone; null: none may call.</summary>
    public Role? Anonymous { get; init; }
}
