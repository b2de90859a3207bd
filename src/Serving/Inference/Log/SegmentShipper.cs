using Microsoft.Extensions.Logging;

namespace Takt.Serving;

/// <summary>
/// Takes what was appended to the control plane, from where it has it, at once while there is something (in steps of 10 ms at least, so that a busy log
/// goes in large pieces). A segment goes from disk only when it is closed and the control plane has all of it.
/// </summary>
internal sealed partial class SegmentShipper(SegmentShelf shelf, Func<string, long, ReadOnlyMemory<byte>, long?, CancellationToken, Task<long>> ship, TimeProvider time, ILogger<SegmentShipper> log)
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan[] Pauses = [TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(1)];

    private readonly byte[] buffer = new byte[1 << 20];
    private readonly SemaphoreSlim gate = new(1, 1);
    private int refusals;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            shelf.Reset();
            if (await TryShipAsync(cancellationToken).ConfigureAwait(false))
            {
                refusals = 0;
                await shelf.Changed.WaitAsync(cancellationToken).ConfigureAwait(false);
                await Task.Delay(Step, time, cancellationToken).ConfigureAwait(false);
            }
            else await Task.Delay(Pauses[Math.Min(refusals++, Pauses.Length - 1)], time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Ships all there is; false where the control plane does not take it.</summary>
    public async Task<bool> TryShipAsync(CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            foreach (var segment in shelf.All) await ShipAsync(segment, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (e is HttpRequestException or IOException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            if (refusals == 0) LogRefused(e.Message);
            return false;
        }
        finally
        {
            gate.Release();
        }
    }

    private async Task ShipAsync(OpenSegment segment, CancellationToken cancellationToken)
    {
        if (segment.Acknowledged < 0) segment.Acknowledged = await ship(segment.Id, 0, default, null, cancellationToken).ConfigureAwait(false);
        while (true)
        {
            var closed = segment.Closed; // before the length: what is closed grows no more
            var length = segment.Length;
            if (segment.Acknowledged > length) throw new IOException($"The control plane has {segment.Acknowledged} bytes of segment {segment.Id}, which has {length} here.");
            if (segment.Acknowledged == length) 
            {
                if (!closed) return;
                await ship(segment.Id, length, default, length, cancellationToken).ConfigureAwait(false);
                shelf.Remove(segment);
                return;
            }
            var read = segment.Read(buffer, segment.Acknowledged);
            segment.Acknowledged = await ship(segment.Id, segment.Acknowledged, buffer.AsMemory(0, read), null, cancellationToken).ConfigureAwait(false);
        }
    }

    [LoggerMessage(1720, LogLevel.Warning, "The inference log stays here until the control plane takes it: {Reason}")]
    private partial void LogRefused(string reason);
}
