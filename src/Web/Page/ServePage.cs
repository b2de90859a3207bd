using System.Buffers.Text;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Takt.Web;

/// <summary>Hands out the page: its frame fresh each time, with a nonce of its own; all else, whose names carry their digests, for ever.</summary>
internal static class ServePage
{
    private const string Unbuilt = "Takt runs, but was built without its page (SkipWeb=true). Build it again without that, or use the API and the command line: takt --help\n";

    public static Results<ContentHttpResult, NotFound> Page(HttpContext context, PageFiles files)
    {
        Harden(context.Response.Headers);
        context.Response.Headers.CacheControl = "no-store";
        if (files.Index is not { } index) return TypedResults.Text(Unbuilt, "text/plain; charset=utf-8", statusCode: StatusCodes.Status501NotImplemented);
        var nonce = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(18));
        context.Response.Headers.ContentSecurityPolicy =
            $"default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
        return TypedResults.Content(index.Replace("__NONCE__", nonce, StringComparison.Ordinal), "text/html; charset=utf-8");
    }

    public static Results<FileContentHttpResult, NotFound> File(string path, HttpContext context, PageFiles files)
    {
        Harden(context.Response.Headers);
        if (files.Find($"app/{path}") is not { } file) return TypedResults.NotFound();
        context.Response.Headers.CacheControl = path.StartsWith("assets/", StringComparison.Ordinal) ? "public, max-age=31536000, immutable" : "public, max-age=3600";
        context.Response.Headers.ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'";
        context.Response.Headers.Vary = "Accept-Encoding";
        if (file.Brotli is not { } brotli || !context.Request.Headers.AcceptEncoding.ToString().Contains("br", StringComparison.Ordinal)) return TypedResults.Bytes(file.Bytes, file.ContentType);
        context.Response.Headers.ContentEncoding = "br";
        return TypedResults.Bytes(brotli, file.ContentType);
    }

    private static void Harden(IHeaderDictionary headers)
    {
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()";
    }
}
