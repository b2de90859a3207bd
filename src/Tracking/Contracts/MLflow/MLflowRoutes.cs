using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Takt.Kernel;

namespace Takt.Tracking.MLflow;

/// <summary>A request of an MLflow client.</summary>
/// <param name="Caller">Let in by Access; its project is the token's, or the workspace's that the client names.</param>
public readonly record struct MLflowCall(HttpContext Context, Caller Caller, CancellationToken Stop)
{
    public T Of<T>() where T : notnull => Context.RequestServices.GetRequiredService<T>();

    /// <summary>The query of a GET, else the body.</summary>
    public ValueTask<MLflowRequest> ReadAsync() => MLflowRequest.ReadAsync(Context, Stop);

    /// <summary>A part of the path.</summary>
    public string Route(string name) => Context.GetRouteValue(name)?.ToString() ?? "";
}

/// <summary>
/// Maps MLflow's endpoints. They are plain delegates, not bound handlers: each is mapped several times over (its clients use <c>/api</c>, its pages
/// <c>/ajax-api</c>), and binding would cost a start a quarter of a second.
/// </summary>
public static class MLflowRoutes
{
    private static readonly string[] prefixes = ["/api/2.0", "/ajax-api/2.0", "/api/3.0", "/ajax-api/3.0"];

    /// <summary>Maps the endpoint under every prefix.</summary>
    /// <param name="path">Below the version, e.g. <c>/mlflow/runs/create</c>.</param>
    public static void MapMLflow(this IEndpointRouteBuilder routes, string method, string path, Permission permission, Func<MLflowCall, Task> handler)
    {
        foreach (var prefix in prefixes) routes.MapMLflowAt(method, prefix + path, permission, handler);
    }

    /// <summary>Maps it at this very path.</summary>
    public static void MapMLflowAt(this IEndpointRouteBuilder routes, string method, string path, Permission permission, Func<MLflowCall, Task> handler) =>
        routes.MapMethods(path, [method], Guarded(handler)).WithTags("MLflow").Needs(permission);

    /// <summary>Every refusal in MLflow's shape.</summary>
    private static RequestDelegate Guarded(Func<MLflowCall, Task> handler) => async context =>
    {
        MLflowException refusal;
        try
        {
            var caller = context.Features.Get<Caller>() ?? throw new InvalidOperationException($"{context.Request.Path} was let in without a caller.");
            await handler(new MLflowCall(context, caller, context.RequestAborted)).ConfigureAwait(false);
            return;
        }
        catch (MLflowException e) when (!context.Response.HasStarted)
        {
            refusal = e;
        }
        catch (RefusedException e) when (!context.Response.HasStarted)
        {
            refusal = Of(e.Problem);
        }
        catch (BadHttpRequestException e) when (!context.Response.HasStarted)
        {
            refusal = new MLflowException(e.StatusCode == 413 ? "RESOURCE_EXHAUSTED" : "BAD_REQUEST", e.Message);
        }
        await refusal.AnswerAsync(context).ConfigureAwait(false);
    };

    /// <summary>A problem of Takt's own, in MLflow's shape.</summary>
    public static MLflowException Of(Problem problem)
    {
        var findings = problem.Findings.Count == 0 ? "" : $" {string.Join("; ", problem.Findings)}.";
        return new MLflowException(problem.Status switch
        {
            401 => "UNAUTHENTICATED",
            403 => "PERMISSION_DENIED",
            404 => "RESOURCE_DOES_NOT_EXIST",
            409 => "RESOURCE_CONFLICT",
            501 => "NOT_IMPLEMENTED",
            503 => "TEMPORARILY_UNAVAILABLE",
            >= 500 => "INTERNAL_ERROR",
            _ => "INVALID_PARAMETER_VALUE"
        }, $"{problem}{findings}");
    }
}
