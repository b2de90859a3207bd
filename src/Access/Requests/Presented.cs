using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Takt.Kernel;

namespace Takt.Access.Requests;

/// <summary>The credential that a request shows.</summary>
/// <param name="Sha256">Of the secret.</param>
/// <param name="Ambient">The browser adds it by itself (a cookie): whoever made the browser ask must be ourselves.</param>
internal sealed record Presented(Digest Sha256, bool Ambient)
{
    public const string Cookie = "takt_session";

    /// <summary>A header that says who calls, but not in a way that we know.</summary>
    public static readonly Presented Unreadable = new(default(Digest), Ambient: false);

    /// <summary>The Authorization header (Bearer, or Basic with the token as password), else the cookie; null where there is neither. A bad header is not made good by a cookie.</summary>
    public static Presented? Of(HttpRequest request)
    {
        var headers = request.Headers.Authorization;
        if (headers.Count > 1) return Unreadable;
        if (headers.Count == 1) return Secret(headers[0]!) is { Length: > 0 } secret ? new Presented(Hash(secret), Ambient: false) : Unreadable;
        return request.Cookies.TryGetValue(Cookie, out var session) && session.Length is > 0 and < 256 ? new Presented(Hash(session), Ambient: true) : null;
    }

    public static Digest Hash(string secret) => new(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));

    private static string? Secret(string header)
    {
        if (header.Length > 1024) return null;
        if (header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)) return header[7..].Trim();
        if (!header.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase)) return null;
        var bytes = new byte[header.Length];
        if (!Convert.TryFromBase64String(header[6..].Trim(), bytes, out var length)) return null;
        var text = Encoding.UTF8.GetString(bytes, 0, length);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? null : text[(colon + 1)..];
    }
}
