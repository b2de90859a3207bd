using System.Buffers;
using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Takt.Native.OnnxRuntime;

namespace Takt.Serving;

/// <summary>Runs copies of answered requests on the revisions that stand in the shadow: after the answer, on a thread of low priority, from a bounded queue. What finds it full is dropped and counted.</summary>
internal sealed partial class ShadowRunner : IDisposable
{
    private readonly BlockingCollection<Copy> queue;
    private readonly InferenceLog inferenceLog;
    private readonly ILogger<ShadowRunner> log;
    private readonly Thread worker;
    private readonly InferCall ignored = new();
    private long run;
    private long dropped;
    private bool disposed;

    public ShadowRunner(InferenceLog inferenceLog, int capacity, ILogger<ShadowRunner> log)
    {
        this.inferenceLog = inferenceLog;
        this.log = log;
        queue = new BlockingCollection<Copy>(capacity);
        worker = new Thread(Work) { IsBackground = true, Name = "takt shadow", Priority = ThreadPriority.BelowNormal };
        worker.Start();
    }

    public long Run => Volatile.Read(ref run);

    public long Dropped => Volatile.Read(ref dropped);

    public void Offer(ServedRevision revision, ReadOnlySpan<byte> body, bool invocation, Guid id, long received, InferCall call)
    {
        if (!revision.Model.TryLease()) return;
        var bytes = ArrayPool<byte>.Shared.Rent(body.Length);
        body.CopyTo(bytes);
        if (queue.TryAdd(new Copy(revision, bytes, body.Length, invocation, id, received, call.EventTime ?? received))) return;
        Drop(revision, bytes);
        Interlocked.Increment(ref dropped);
    }

    public void Dispose()
    {
        if (disposed) return;
        disposed = true;
        queue.CompleteAdding();
        worker.Join();
        queue.Dispose();
    }

    private void Work()
    {
        foreach (var copy in queue.GetConsumingEnumerable())
        {
            try
            {
                RunOne(copy);
                Interlocked.Increment(ref run);
            }
            catch (Exception e)
            {
                LogFailed(copy.Revision.Spec.Number, e.Message);
            }
            finally
            {
                Drop(copy.Revision, copy.Body);
            }
        }
    }

    private void RunOne(in Copy copy)
    {
        var started = Stopwatch.GetTimestamp();
        var lane = copy.Revision.Model.Rent();
        try
        {
            var status = 200;
            try
            {
                var body = copy.Body.AsSpan(0, copy.Length);
                ignored.Clear();
                if (copy.Invocation) InvocationsParser.Parse(body, lane, ignored);
                else InferRequestParser.Parse(body, lane, ignored);
                lane.Run();
            }
            catch (OnnxException e)
            {
                status = e.WasTerminated ? 504 : 500;
            }
            catch (RefusedRequestException)
            {
                // What the other revision answered this one cannot take: live, the caller would have had an error.
                status = 500;
            }
            inferenceLog.Append(new LoggedAnswer
            {
                Schema = copy.Revision.Schema, Id = copy.Id, Shadow = true, Received = copy.Received, EventTime = copy.EventTime,
                Latency = (uint)Math.Min(uint.MaxValue, Stopwatch.GetElapsedTime(started).TotalMicroseconds), Status = status, CallerId = default, Lane = status == 200 ? lane : null,
            });
        }
        finally
        {
            copy.Revision.Model.Return(lane);
        }
    }

    private static void Drop(ServedRevision revision, byte[] body)
    {
        ArrayPool<byte>.Shared.Return(body);
        revision.Model.Release();
    }

    private readonly record struct Copy(ServedRevision Revision, byte[] Body, int Length, bool Invocation, Guid Id, long Received, long EventTime);

    [LoggerMessage(1711, LogLevel.Warning, "A copy for revision {Revision} in the shadow was lost: {Reason}")]
    private partial void LogFailed(int revision, string reason);
}
