using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Takt.Access;
using Takt.Kernel;

namespace Takt.Server;

/// <summary>What every request passes, in order.</summary>
internal static class Pipeline
{
    public static void UseTaktPipeline(this WebApplication app)
    {
        app.UseExceptionHandler(new ExceptionHandlerOptions { ExceptionHandler = AnswerAsync, SuppressDiagnosticsCallback = context => context.Exception is RefusedException or BadHttpRequestException });
        app.UseRouting();
        app.UseTaktAccess();
    }

    /// <summary>A stranger learns nothing of our insides: a refusal becomes its problem, a bug one line with the trace id that the log has too.</summary>
    private static async Task AnswerAsync(HttpContext context)
    {
        var problem = context.Features.Get<IExceptionHandlerFeature>()?.Error switch
        {
            RefusedException refused => refused.Problem,
            BadHttpRequestException bad => new Problem("bad-request", bad.StatusCode, bad.Message),
            Npgsql.NpgsqlException { IsTransient: true } => new Problem("database-away", 503, "The database does not answer.", "Takt is bringing it back: try again in a moment."),
            _ => new Problem("internal-error", 500, $"Takt failed at this request (trace {context.TraceIdentifier}).", "The server's log says more.")
        };
        await problem.ToHttp().ExecuteAsync(context).ConfigureAwait(false);
    }
}
