using Takt.Kernel;

namespace Takt.Access;

/// <summary>Settings under <c>Takt</c> that this room reads.</summary>
internal sealed class AccessOptions
{
    /// <summary>Host names allowed beside 127.0.0.1, localhost and [::1]; without port.</summary>
    public IReadOnlyList<string> AllowedHosts { get; init; } = [];

    /// <summary>The role, in every project, of callers on the loopback who show no credential. Default: none may call.</summary>
    public Role? Anonymous { get; init; }

    /// <summary>How long a browser stays signed in. Default 8 hours.</summary>
    public TimeSpan SessionLifetime { get; init; } = TimeSpan.FromHours(8);

    /// <summary>How long the tokens live that the first start makes; they are renewed at a start. Default a year.</summary>
    public TimeSpan FirstTokenLifetime { get; init; } = TimeSpan.FromDays(365);
}
