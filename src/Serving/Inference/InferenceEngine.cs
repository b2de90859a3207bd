using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Takt.Native.OnnxRuntime;

namespace Takt.Serving;

/// <summary>
/// One inference: choose the revision, lease its model, read the inputs into a lane, run, log, write the answer, hand copies to the shadows.
/// Nothing is answered that is not in the log. Thread-safe.
/// </summary>
internal sealed class InferenceEngine(PlanStage stage, InferenceLog inferenceLog, ShadowRunner shadows, TimeProvider time)
{
    private long answered;
    private long failed;
    private long refused;

    public DataPlaneCounters Counters => new(Volatile.Read(ref answered), Volatile.Read(ref failed), Volatile.Read(ref refused), shadows.Run, shadows.Dropped);

    public void CountRefused() => Interlocked.Increment(ref refused);

    /// <exception cref="RefusedRequestException">It is malformed, does not fit the model, or the model took too long.</exception>
    public Answered Infer(InferenceConnection connection, ServedDeployment deployment, ReadOnlySpan<byte> body, IHeaderDictionary headers, bool invocation)
    {
        var started = Stopwatch.GetTimestamp();
        var now = time.GetUtcNow();
        var id = connection.NextId(now.ToUnixTimeMilliseconds());
        var call = connection.Call;
        call.Clear();
        connection.Json.Clear();
        var received = SegmentFormat.Micros(now);
        while (true)
        {
            var arm = Lease(ref deployment, id, body, headers);
            try
            {
                return Attempt(connection, deployment, arm, id, received, started, body, headers, invocation);
            }
            catch (RefusedRequestException e) when (arm != deployment.Champion && e.Type is "inference-failed" or "inference-timed-out" or "inputs-do-not-fit")
            {
                // A challenger that fails costs its caller nothing: the champion answers, and the challenger's copy in the shadow tells of the failure.
                deployment = deployment.ChampionAlone;
                call.Clear();
                connection.Json.Clear();
            }
            finally
            {
                arm.Model.Release();
            }
        }
    }

    private Answered Attempt(InferenceConnection connection, ServedDeployment deployment, ServedRevision arm, Guid id, long received, long started, ReadOnlySpan<byte> body, IHeaderDictionary headers, bool invocation)
    {
        var call = connection.Call;
        var lane = arm.Model.Rent();
        try
        {
            if (invocation) InvocationsParser.Parse(body, lane, call);
            else InferRequestParser.Parse(body, lane, call);
            if (call.CallerId.IsEmpty && headers["X-Request-Id"] is [{ Length: > 0 } given, ..]) call.SetCallerId(given);
            var failure = Run(lane);
            if (failure is null || arm == deployment.Champion) Log(arm, failure is null ? lane : null, failure?.Status ?? 200, id, received, started, call);
            if (failure is not null)
            {
                if (arm == deployment.Champion) Interlocked.Increment(ref failed);
                throw failure;
            }
            if (deployment.HasShadows)
                foreach (var other in deployment.Arms)
                    if (other.Spec.Shadow && other != arm) shadows.Offer(other, body, invocation, id, received, call);
            Interlocked.Increment(ref answered);
            if (invocation) InvocationsParser.WriteAnswer(connection.Json, arm, lane, id);
            else WriteAnswer(connection.Json, arm, lane, id, call.Wanted);
            return new Answered(200, arm.DigestHeader, deployment.Spec.FlushBeforeAnswer ? inferenceLog.FlushedAsync() : null);
        }
        finally
        {
            arm.Model.Return(lane);
        }
    }

    private static RefusedRequestException? Run(InferenceLane lane)
    {
        try
        {
            lane.Run();
            return null;
        }
        catch (OnnxException e)
        {
            return e.WasTerminated ? new RefusedRequestException(504, "inference-timed-out", "The model took too long and was stopped.") : new RefusedRequestException(500, "inference-failed", $"The model failed: {e.Message}");
        }
    }

    private void Log(ServedRevision arm, InferenceLane? lane, int status, Guid id, long received, long started, InferCall call)
    {
        try
        {
            inferenceLog.Append(new LoggedAnswer
            {
                Schema = arm.Schema, Id = id, Shadow = false, Received = received, EventTime = call.EventTime ?? received,
                Latency = (uint)Math.Min(uint.MaxValue, Stopwatch.GetElapsedTime(started).TotalMicroseconds), Status = status, CallerId = call.CallerId, Lane = lane,
            });
        }
        catch (IOException e)
        {
            throw new RefusedRequestException(503, "log-not-writable", $"The inference log cannot be written, so there is no answer: {e.Message}");
        }
    }

    /// <summary>The revision that answers, leased. A model that was freed in between belongs to an older plan: the newer one has another.</summary>
    private ServedRevision Lease(ref ServedDeployment deployment, Guid id, ReadOnlySpan<byte> body, IHeaderDictionary headers)
    {
        while (true)
        {
            var arm = deployment.Only ?? deployment.Choose(Hash(deployment, id, body, headers));
            if (arm.Model.TryLease()) return arm;
            var (project, name) = (deployment.Spec.ProjectId, deployment.Spec.Name);
            deployment = stage.Current?.Deployments.FirstOrDefault(d => d.Spec.ProjectId == project && d.Spec.Name == name && !d.IsEmpty)
                ?? throw new RefusedRequestException(404, "deployment-not-found", $"Deployment '{name}' was taken away.");
        }
    }

    private static ulong Hash(ServedDeployment deployment, Guid id, ReadOnlySpan<byte> body, IHeaderDictionary headers)
    {
        if (deployment.StickyUtf8 is { } sticky)
        {
            if (deployment.StickyIsInput)
            {
                var value = InferRequestParser.FirstValue(body, sticky);
                if (!value.IsEmpty) return StickyHash.Of(value, deployment.Salt);
            }
            else if (headers[deployment.Spec.StickyBy!] is [{ Length: > 0 } given, ..])
            {
                Span<byte> utf8 = stackalloc byte[256];
                System.Text.Encoding.UTF8.TryGetBytes(given.AsSpan(0, Math.Min(given.Length, 80)), utf8, out var length);
                return StickyHash.Of(utf8[..length], deployment.Salt);
            }
        }
        return StickyHash.Of(id, deployment.Salt);
    }

    private static void WriteAnswer(JsonBuffer json, ServedRevision arm, InferenceLane lane, Guid id, ulong wanted)
    {
        json.Raw(arm.Head);
        json.Id(id);
        json.Raw(arm.AfterId);
        var first = true;
        for (var i = 0; i < lane.Outputs.Length; i++)
        {
            if (wanted != 0 && (i >= 64 || (wanted & (1UL << i)) == 0)) continue;
            if (!first) json.Raw((byte)',');
            first = false;
            lane.Outputs[i].Write(json);
        }
        json.Raw("]}"u8);
    }
}
