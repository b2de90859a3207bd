using Microsoft.Extensions.Logging;

namespace Takt.Serving;

/// <summary>
/// Takes what was appended to the control plane, from where it has it, at once while there is something (in steps of 10 ms at least, so that a busy log
/// goes in large pieces). A segment goes from disk only when it is closed and the control plane has all of it.
/// </summary>
internal sealed partial class SegmentShipper(SegmentShelf shelf, Func<string, long, ReadOnlyMemory<byte>, long?, CancellationToken, Task<SegmentState>> ship, TimeProvider time, ILogger<SegmentShipper> log) : IDisposable
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

    public void Dispose() => gate.Dispose();

    private async Task ShipAsync(OpenSegment segment, CancellationToken cancellationToken)
    {
        var state = segment.Acknowledged < 0 ? await ship(segment.Id, 0, default, null, cancellationToken).ConfigureAwait(false) : new SegmentState(segment.Acknowledged, Sealed: false);
        while (!state.Sealed)
        {
            segment.Acknowledged = state.Acknowledged;
            var closed = segment.Closed; // before the length: what is closed grows no more
            var length = segment.Length;
            if (state.Acknowledged > length) throw new IOException($"The control plane has {state.Acknowledged} bytes of segment {segment.Id}, which has {length} here.");
            if (state.Acknowledged == length && !closed) return;
            var read = segment.Read(buffer, state.Acknowledged);
            state = await ship(segment.Id, state.Acknowledged, buffer.AsMemory(0, read), closed ? length : null, cancellationToken).ConfigureAwait(false);
        }
        shelf.Remove(segment);
    }

    [LoggerMessage(1720, LogLevel.Warning, "The inference log stays here until the control plane takes it: {Reason}")]
    private partial void LogRefused(string reason);
}
