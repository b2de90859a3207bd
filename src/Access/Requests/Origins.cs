using System.Collections.Frozen;
using Microsoft.AspNetCore.Http;

namespace Takt.Access.Requests;

/// <summary>Whether a request is meant for us and was not made by somebody else's page.</summary>
internal sealed class Origins(AccessOptions options)
{
    private readonly FrozenSet<string> hosts = options.AllowedHosts.Concat(["127.0.0.1", "localhost", "[::1]"]).ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Against DNS rebinding: a page of evil.test that resolves to us still says evil.test.</summary>
    public bool IsOurHost(HttpRequest request) => request.Headers.Host.Count == 1 && request.Host.HasValue && hosts.Contains(request.Host.Host);

    /// <param name="ambient">The request is let in by something that a browser adds by itself (a cookie, or being on this machine).</param>
    public static bool IsOurPage(HttpRequest request, bool ambient)
    {
        var safe = HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || HttpMethods.IsOptions(request.Method);
        if (safe && !ambient) return true;

        var site = request.Headers["Sec-Fetch-Site"];
        var origin = request.Headers.Origin;
        if (site.Count > 1 || origin.Count > 1) return false;
        if (origin.Count == 1 && !(Uri.TryCreate(origin[0], UriKind.Absolute, out var uri) && string.Equals(uri.Authority, Authority(request), StringComparison.OrdinalIgnoreCase))) return false;
        // "none": the user typed the address or opened a bookmark.
        if (site.Count == 1) return site[0] == "same-origin" || (site[0] == "none" && safe);
        // No browser of today: only a client that holds a token itself may change things, or anybody on this machine where that is allowed.
        return safe || origin.Count == 1 || !request.Cookies.ContainsKey(Presented.Cookie);
    }

    private static string Authority(HttpRequest request)
    {
        var standard = request.IsHttps ? 443 : 80;
        return request.Host.Port is { } port && port != standard ? $"{request.Host.Host}:{port}" : request.Host.Host;
    }
}
