using System.Globalization;
using System.IO.Pipelines;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Takt.Kernel;

namespace Takt.Serving;

/// <summary>Truth arrives: a JSON array, or lines of JSON, of <c>{"request_id": "…", "label": 1}</c>. All of a call counts, or nothing.</summary>
internal static class TruthEndpoint
{
    private const int Most = 100_000;
    private const int MostBytes = 32 << 20;

    public static async Task<IResult> PostAsync(Caller caller, string deployment, HttpContext context, DeploymentStore store, TruthBook book, TimeProvider time, CancellationToken cancellationToken)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size) size.MaxRequestBodySize = MostBytes;
        if (await store.FindAsync(caller.Project, deployment, cancellationToken).ConfigureAwait(false) is null) return DeploymentUse.NotFound(deployment).ToHttp();
        var arrived = SegmentFormat.Micros(time.GetUtcNow());
        var truths = new List<Truth>();
        var lines = !await StartsWithListAsync(context.Request.BodyReader, cancellationToken).ConfigureAwait(false);
        try
        {
            var incoming = JsonSerializer.DeserializeAsyncEnumerable<TruthLine>(context.Request.BodyReader.AsStream(), topLevelValues: lines, Strict, cancellationToken);
            await foreach (var line in incoming.ConfigureAwait(false))
            {
                if (truths.Count == Most) return new Problem("too-many-truths", 413, $"A call takes {Most} truths.", "Send them in several calls.").ToHttp();
                if (Read(line, arrived) is not { } truth)
                    return Problem.Invalid("truth-malformed", $"Truth number {truths.Count + 1} is not {{\"request_id\": 32 hex digits, \"label\": a number, true or false}}.", "Nothing of this call was taken.").ToHttp();
                truths.Add(truth);
            }
        }
        catch (JsonException e)
        {
            return Problem.Invalid("truth-malformed", $"After {truths.Count} truths the body is no JSON: {e.Message.Split(". ")[0]}.", "Nothing of this call was taken.").ToHttp();
        }
        if (truths.Count == 0) return Results.Json(new TruthReceipt(0, 0, 0, 0, 0), TaktJson.Options);
        return Results.Json(book.Apply(new DeploymentKey(caller.Project, deployment), truths), TaktJson.Options);
    }

    private static readonly JsonSerializerOptions Strict = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, MaxDepth = 4 };

    private static Truth? Read(TruthLine? line, long arrived)
    {
        var label = line?.Label.ValueKind switch
        {
            JsonValueKind.True => 1,
            JsonValueKind.False => 0,
            JsonValueKind.Number => line.Label.GetDouble(),
            _ => double.NaN,
        };
        if (!double.IsFinite(label) || line!.RequestId is not { Length: >= 32 } id) return null;
        if (!Guid.TryParseExact(id.AsSpan(0, 32), "N", out var request)) return null;
        var row = 0;
        if (id.Length > 32 && (id[32] != '-' || !int.TryParse(id.AsSpan(33), NumberStyles.None, CultureInfo.InvariantCulture, out row))) return null;
        return new Truth(request, row, label, arrived);
    }

    private static async Task<bool> StartsWithListAsync(PipeReader reader, CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            var first = FirstByte(read.Buffer);
            reader.AdvanceTo(read.Buffer.Start, first is null ? read.Buffer.End : read.Buffer.Start);
            if (first is not null || read.IsCompleted) return first == (byte)'[';
        }
    }

    private static byte? FirstByte(System.Buffers.ReadOnlySequence<byte> bytes)
    {
        foreach (var memory in bytes)
            foreach (var b in memory.Span)
                if (b is not ((byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t'))
                    return b;
        return null;
    }

    private sealed record TruthLine(string? RequestId, JsonElement Label);
}
