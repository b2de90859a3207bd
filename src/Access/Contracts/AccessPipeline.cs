using Microsoft.AspNetCore.Builder;
using Takt.Access.Repeats;
using Takt.Access.Requests;

namespace Takt.Access;

/// <summary>The door of the server.</summary>
public static class AccessPipeline
{
    /// <summary>
    /// Lets in whom each endpoint's stated permission lets in, and nobody else; answers repeated POSTs from what was answered first.
    /// Comes right after <c>UseRouting</c> and the exception handler.
    /// </summary>
    public static IApplicationBuilder UseTaktAccess(this IApplicationBuilder app) => app.UseMiddleware<Admission>().UseMiddleware<RepeatedPosts>();
}
