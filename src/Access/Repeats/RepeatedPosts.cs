using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Takt.Access.Requests;
using Takt.Kernel;

namespace Takt.Access.Repeats;

/// <summary>
/// POSTs with an Idempotency-Key: the first is worked on, a repetition is answered as the first was, another body under the same key is refused.
/// An answer of 500 or more is not kept. What a process died over is worked on again by the next repetition: at least once, where nothing was answered yet.
/// </summary>
internal sealed class RepeatedPosts(RequestDelegate next, Answers answers, TimeProvider time)
{
    private const int InMemory = 64 << 10;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

    public Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        if (!HttpMethods.IsPost(request.Method) || !request.Headers.TryGetValue("Idempotency-Key", out var values)) return next(context);
        if (!request.Path.StartsWithSegments("/api/v1", StringComparison.Ordinal) || context.Features.Get<Principal>() is not { } principal) return next(context);
        if (context.GetEndpoint()?.Metadata.GetMetadata<SafeToRepeat>() is not null) return next(context);
        if (values.Count != 1 || values[0] is not { Length: > 0 and <= 255 } key || key.Any(c => c is < '!' or > '~'))
            return Problem.Invalid("idempotency-key-invalid", "An Idempotency-Key has 1 to 255 visible ASCII characters.", "Send a random UUID.").ToHttp().ExecuteAsync(context);
        return AnswerAsync(context, new RepeatKey(principal.Actor.Id, request.Path + request.QueryString, key));
    }

    private async Task AnswerAsync(HttpContext context, RepeatKey key)
    {
        var request = await DigestAsync(context.Request, context.RequestAborted).ConfigureAwait(false);
        var until = time.GetTimestamp();
        while (!await answers.BeginAsync(key, request, context.RequestAborted).ConfigureAwait(false))
        {
            if (await answers.FindAsync(key, context.RequestAborted).ConfigureAwait(false) is not { } kept) continue;
            if (kept.Request != request)
            {
                await Problem.Unprocessable("idempotency-key-reused", "This Idempotency-Key was sent with another request.", "Use a new key for a new request.").ToHttp().ExecuteAsync(context).ConfigureAwait(false);
                return;
            }
            if (kept.Status is not null)
            {
                await RepeatAsync(context, kept).ConfigureAwait(false);
                return;
            }
            if (await answers.TakeOverAsync(key, kept.Process, context.RequestAborted).ConfigureAwait(false)) break;
            if (time.GetElapsedTime(until) > Patience)
            {
                await Problem.Conflict("idempotency-key-in-use", "The first request with this Idempotency-Key is still at work.", "Send it again a little later.").ToHttp().ExecuteAsync(context).ConfigureAwait(false);
                return;
            }
            await Task.Delay(Look, time, context.RequestAborted).ConfigureAwait(false);
        }
        await WorkAsync(context, key).ConfigureAwait(false);
    }

    private async Task WorkAsync(HttpContext context, RepeatKey key)
    {
        var secret = context.GetEndpoint()?.Metadata.GetMetadata<AnswersSecret>() is not null;
        var body = context.Response.Body;
        using var copy = new CopyingStream(body, secret ? 0 : InMemory);
        context.Response.Body = copy;
        var done = false;
        try
        {
            await next(context).ConfigureAwait(false);
            if (context.Response.StatusCode < 500)
            {
                // The client may be gone; its next try shall find the answer all the same.
                await answers.EndAsync(key, context.Response.StatusCode, context.Response.ContentType, context.Response.Headers.Location.ToString(), secret ? null : copy.Copy, CancellationToken.None).ConfigureAwait(false);
                done = true;
            }
        }
        finally
        {
            context.Response.Body = body;
            if (!done) await answers.ForgetAsync(key, CancellationToken.None).ConfigureAwait(false);
        }
    }

    private static async Task RepeatAsync(HttpContext context, KeptAnswer kept)
    {
        if (kept.Body is null)
        {
            await Problem.Conflict("idempotency-answer-not-kept", $"This request was done already (status {kept.Status}); its answer held a secret or was too long to be kept.", "Look for what it made, or send a new request with a new key.")
                .ToHttp().ExecuteAsync(context).ConfigureAwait(false);
            return;
        }
        var response = context.Response;
        response.StatusCode = kept.Status!.Value;
        response.Headers["Idempotency-Replayed"] = "true";
        if (!string.IsNullOrEmpty(kept.ContentType)) response.ContentType = kept.ContentType;
        if (!string.IsNullOrEmpty(kept.Location)) response.Headers.Location = kept.Location;
        if (kept.Body.Length > 0) await response.Body.WriteAsync(kept.Body, context.RequestAborted).ConfigureAwait(false);
    }

    private static async Task<Digest> DigestAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        request.EnableBuffering(InMemory);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{request.ContentType}\n"));
        var buffer = new byte[16 << 10];
        for (int read; (read = await request.Body.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0;) hash.AppendData(buffer.AsSpan(0, read));
        request.Body.Position = 0;
        return new Digest(hash.GetHashAndReset());
    }
}
