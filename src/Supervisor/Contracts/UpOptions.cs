using Takt.Kernel;

namespace Takt.Supervisor;

/// <summary>How <c>takt up</c> was started.</summary>
public sealed record UpOptions
{
    public const int UsualPort = 8585;
    public const int UsualDataPort = 8586;

    public required TaktHome Home { get; init; }

    /// <summary>The control plane's port; 0 takes any free one. Default: 8585, or a free one after it.</summary>
    public int? Port { get; init; }

    /// <summary>The data plane's port; 0 takes any free one. Default: 8586, or a free one after it.</summary>
    public int? DataPort { get; init; }

    /// <summary>An outside PostgreSQL, as Npgsql writes connections. Default: the embedded one.</summary>
    public string? Database { get; init; }

    /// <summary>The program whose verbs <c>server</c> and <c>serve</c> are the children. Default: this one.</summary>
    public string? ProgramAssembly { get; init; }

    /// <summary>How long the server may take until it answers for the first time. Default: 60 seconds.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(60);
}

/// <summary>A change that people want to see.</summary>
/// <param name="Who"><c>takt</c>, <c>postgres</c>, <c>server</c> or <c>serve</c>.</param>
/// <param name="What">One line.</param>
/// <param name="IsTrouble">True where something went wrong.</param>
public sealed record SupervisorNews(string Who, string What, bool IsTrouble = false);
