using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Abstractions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;

namespace Takt.Serving;

/// <summary>
/// Requests straight from Kestrel, with no pipeline in between: path, token, body, inference, answer. Where the body is there at once (the rule for one
/// row) it runs through without a pause. An inference allocates two small objects (see InferenceLog) beside what Kestrel does.
/// </summary>
internal sealed partial class InferenceApplication(PlanStage stage, InferenceEngine engine, Func<Task> refreshPlan, DataPlaneOptions options, TimeProvider time, ILogger<InferenceApplication> log)
    : IHttpApplication<InferenceConnection>
{
    private static readonly StringValues JsonType = "application/json";
    private static readonly StringValues NoStore = "no-store";

    public InferenceConnection CreateContext(IFeatureCollection contextFeatures)
    {
        if (contextFeatures is not IHostContextContainer<InferenceConnection> container) return new InferenceConnection(contextFeatures);
        var connection = container.HostContext ??= new InferenceConnection(contextFeatures);
        connection.Features = contextFeatures;
        return connection;
    }

    public void DisposeContext(InferenceConnection context, Exception? exception) => context.Json.Clear();

    public Task ProcessRequestAsync(InferenceConnection context)
    {
        var request = context.Features.GetRequiredFeature<IHttpRequestFeature>();
        var target = context.Target(request.Path);
        if (target.Kind is TargetKind.Live) return AnswerAsync(context, 200, "{\"live\":true}"u8);
        if (target.Kind is TargetKind.Unknown) return RefuseAsync(context, 404, "not-found", "There is no such path. Inference: POST /v2/models/NAME/infer.");
        if (target.TakesPost != (request.Method == "POST"))
            return RefuseAsync(context, 405, "method-not-allowed", target.TakesPost ? "Inference takes POST." : "This takes GET.");
        var snapshot = stage.Current;
        if (target.Kind is TargetKind.Ready)
            return snapshot is null ? AnswerAsync(context, 503, "{\"ready\":false}"u8) : AnswerAsync(context, 200, "{\"ready\":true}"u8);
        if (snapshot is null) return RefuseAsync(context, 503, "no-plan-yet", "The data plane has no plan yet: its control plane has not answered.");
        var now = time.GetUtcNow();
        if (now.UtcDateTime - stage.HeardAt > options.TrustPlanFor)
            return RefuseAsync(context, 503, "plan-too-old", $"The control plane has not been heard since {stage.HeardAt:u}, so no token counts any more.");
        string? authorization = request.Headers.Authorization;
        return context.Token(authorization, snapshot, now) is { } token ? GoOnAsync(context, request, target, snapshot, token) : LookAgainAsync(context, request, target, authorization);
    }

    /// <summary>A token may be younger than the plan: the plan is fetched anew before anybody is refused.</summary>
    private async Task LookAgainAsync(InferenceConnection context, IHttpRequestFeature request, RequestTarget target, string? authorization)
    {
        if (authorization is not null) await refreshPlan().ConfigureAwait(false);
        var snapshot = stage.Current!;
        if (context.Token(authorization, snapshot, time.GetUtcNow()) is { } token)
        {
            await GoOnAsync(context, request, target, snapshot, token).ConfigureAwait(false);
            return;
        }
        context.Features.GetRequiredFeature<IHttpResponseFeature>().Headers.WWWAuthenticate = "Bearer";
        await RefuseAsync(context, 401, "token-unknown", authorization is null ? "The request has no token. Send Authorization: Bearer TOKEN." : "The token is unknown, revoked or expired.").ConfigureAwait(false);
    }

    private Task GoOnAsync(InferenceConnection context, IHttpRequestFeature request, RequestTarget target, ServingSnapshot snapshot, PlannedToken token)
    {
        if (target.Kind is TargetKind.Server) return AnswerAsync(context, 200, "{\"name\":\"takt\",\"extensions\":[]}"u8);
        var deployment = target is { Kind: TargetKind.Invocations, Deployment: "" } ? Single(snapshot, token) : snapshot.Find(target.Project, token, target.Deployment);
        if (deployment is null || deployment.IsEmpty)
        {
            var known = snapshot.Plan.Deployments.Where(d => token.Opens(d.ProjectId)).Select(d => d.Name).Take(20);
            return RefuseAsync(context, 404, "deployment-not-found", $"No deployment '{Short(target.Deployment)}' answers here. There are: {string.Join(", ", known)}.");
        }
        switch (target.Kind)
        {
            case TargetKind.ModelReady:
                return AnswerAsync(context, 200, "{\"ready\":true}"u8);
            case TargetKind.Model:
                Describe(context.Json, deployment);
                return SendAsync(context, 200, deployment.Arms[0].DigestHeader);
            default:
                return InferAsync(context, request, target, deployment);
        }
    }

    private Task InferAsync(InferenceConnection context, IHttpRequestFeature request, RequestTarget target, ServedDeployment deployment)
    {
        if (request.Headers.ContentLength > options.MaxBodyBytes) return TooLargeAsync(context);
        var reader = context.Features.GetRequiredFeature<IRequestBodyPipeFeature>().Reader;
        ReadResult read;
        try
        {
            var reading = reader.ReadAsync();
            if (!reading.IsCompletedSuccessfully) return InferSlowlyAsync(context, request, target, deployment, reader, reading);
            read = reading.Result;
        }
        catch (BadHttpRequestException e)
        {
            return RefuseAsync(context, e.StatusCode, "request-malformed", e.Message);
        }
        if (!read.IsCompleted || !read.Buffer.IsSingleSegment) return InferSlowlyAsync(context, request, target, deployment, reader, new(read));
        var body = read.Buffer.FirstSpan;
        var answered = Infer(context, request, target, deployment, body);
        reader.AdvanceTo(read.Buffer.End);
        return FinishAsync(context, answered);
    }

    /// <summary>The body comes in pieces: it is put together in a rented array, never larger than allowed.</summary>
    private async Task InferSlowlyAsync(InferenceConnection context, IHttpRequestFeature request, RequestTarget target, ServedDeployment deployment,
        PipeReader reader, ValueTask<ReadResult> reading)
    {
        var body = ArrayPool<byte>.Shared.Rent(16 << 10);
        try
        {
            var length = 0;
            while (true)
            {
                var read = await reading.ConfigureAwait(false);
                if (length + read.Buffer.Length > options.MaxBodyBytes)
                {
                    await TooLargeAsync(context).ConfigureAwait(false);
                    return;
                }
                var needed = length + (int)read.Buffer.Length;
                if (needed > body.Length)
                {
                    var larger = ArrayPool<byte>.Shared.Rent(Math.Max(needed, body.Length * 2));
                    body.AsSpan(0, length).CopyTo(larger);
                    ArrayPool<byte>.Shared.Return(body);
                    body = larger;
                }
                read.Buffer.CopyTo(body.AsSpan(length));
                length = needed;
                reader.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted) break;
                reading = reader.ReadAsync();
            }
            var answered = Infer(context, request, target, deployment, body.AsSpan(0, length));
            await FinishAsync(context, answered).ConfigureAwait(false);
        }
        catch (BadHttpRequestException e)
        {
            await RefuseAsync(context, e.StatusCode, "request-malformed", e.Message).ConfigureAwait(false);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(body);
        }
    }

    private Answered Infer(InferenceConnection context, IHttpRequestFeature request, RequestTarget target, ServedDeployment deployment, ReadOnlySpan<byte> body)
    {
        try
        {
            return engine.Infer(context, deployment, body, request.Headers, target.Kind == TargetKind.Invocations);
        }
        catch (RefusedRequestException e)
        {
            engine.CountRefused();
            WriteProblem(context.Json, e.Status, e.Type, e.Message);
            return new Answered(e.Status, default, null);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            LogFailed(deployment.Spec.Name, e.GetType().Name, e.Message);
            WriteProblem(context.Json, 500, "inference-failed", "The data plane failed on this request; its log says why.");
            return new Answered(500, default, null);
        }
    }

    private Task FinishAsync(InferenceConnection context, Answered answered)
    {
        if (answered.Flushed is { IsCompletedSuccessfully: false } flushed) return AfterFlushAsync(context, answered, flushed);
        return SendAsync(context, answered.Status, answered.DigestHeader);
    }

    private async Task AfterFlushAsync(InferenceConnection context, Answered answered, Task flushed)
    {
        try
        {
            await flushed.ConfigureAwait(false);
        }
        catch (IOException e)
        {
            await RefuseAsync(context, 503, "log-not-writable", $"The inference log could not be flushed, so there is no answer: {e.Message}").ConfigureAwait(false);
            return;
        }
        await SendAsync(context, answered.Status, answered.DigestHeader).ConfigureAwait(false);
    }

    private Task TooLargeAsync(InferenceConnection context) =>
        RefuseAsync(context, 413, "body-too-large", $"The body is larger than {options.MaxBodyBytes} bytes. Send fewer rows at a time.");

    private Task RefuseAsync(InferenceConnection context, int status, string type, string detail)
    {
        engine.CountRefused();
        WriteProblem(context.Json, status, type, detail);
        return SendAsync(context, status, default);
    }

    private static Task AnswerAsync(InferenceConnection context, int status, ReadOnlySpan<byte> json)
    {
        context.Json.Clear();
        context.Json.Raw(json);
        return SendAsync(context, status, default);
    }

    private static Task SendAsync(InferenceConnection context, int status, StringValues digest)
    {
        var response = context.Features.GetRequiredFeature<IHttpResponseFeature>();
        response.StatusCode = status;
        var headers = response.Headers;
        headers.ContentType = JsonType;
        headers.CacheControl = NoStore;
        headers.ContentLength = context.Json.Length;
        if (digest.Count > 0) headers["Takt-Model-Digest"] = digest;
        var writing = context.Features.GetRequiredFeature<IHttpResponseBodyFeature>().Writer.WriteAsync(context.Json.Written);
        return writing.IsCompletedSuccessfully ? Task.CompletedTask : writing.AsTask();
    }

    /// <summary>RFC 9457, with the protocol's own <c>error</c> beside it.</summary>
    private static void WriteProblem(JsonBuffer json, int status, string type, string detail)
    {
        json.Clear();
        json.Raw("{\"error\":"u8);
        json.Text(detail);
        json.Raw(",\"type\":\"takt:"u8);
        json.Raw(Encoding.ASCII.GetBytes(type));
        json.Raw("\",\"status\":"u8);
        json.Number(status);
        json.Raw((byte)'}');
    }

    private static ServedDeployment? Single(ServingSnapshot snapshot, PlannedToken token)
    {
        var mine = snapshot.Deployments.Where(d => d.Spec.ProjectId == token.Home && token.Opens(token.Home)).Take(2).ToArray();
        return mine.Length == 1 ? mine[0] : null;
    }

    private static void Describe(JsonBuffer json, ServedDeployment deployment)
    {
        var arm = deployment.Arms.First(a => a.Spec.Percent > 0);
        json.Clear();
        json.Raw(JsonSerializer.SerializeToUtf8Bytes(new
        {
            name = deployment.Spec.Name,
            versions = deployment.Arms.Where(a => a.Spec.Percent > 0).Select(a => a.Spec.ModelVersion),
            platform = "onnx",
            inputs = arm.Model.Inputs.Select(i => new { name = i.Name, datatype = Protocol.Datatype(i.Element), shape = i.Shape }),
            outputs = arm.Model.Outputs.Where(o => LaneOutput.Supports(o.Element)).Select(o => new { name = o.Name, datatype = Protocol.Datatype(o.Element), shape = o.Shape }),
        }));
    }

    private static string Short(string text) => text.Length <= 63 ? text : text[..63];

    [LoggerMessage(1710, LogLevel.Error, "A request to {Deployment} failed inside the data plane: {Kind}: {Reason}")]
    private partial void LogFailed(string deployment, string kind, string reason);
}

/// <summary>What an inference came to; its JSON lies in the connection's buffer.</summary>
/// <param name="Flushed">The answer waits for this; null: nothing.</param>
internal readonly record struct Answered(int Status, StringValues DigestHeader, Task? Flushed);
