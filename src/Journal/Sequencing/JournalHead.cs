namespace Takt.Journal.Sequencing;

/// <summary>How far the journal has come, as this process knows it, and who waits for it to go on. Thread-safe.</summary>
internal sealed class JournalHead
{
    private readonly Lock gate = new();
    private TaskCompletionSource next = New();
    private long size;

    /// <summary>Leaves in the tree.</summary>
    public long Size
    {
        get
        {
            lock (gate) return size;
        }
    }

    /// <summary>Completes at the next <see cref="Pulse"/>: take it before you look, then nothing is missed.</summary>
    public Task Next
    {
        get
        {
            lock (gate) return next.Task;
        }
    }

    /// <summary>The sequencer did a round; the tree has at least this many leaves.</summary>
    public void Pulse(long seen)
    {
        TaskCompletionSource waiting;
        lock (gate)
        {
            size = Math.Max(size, seen);
            (waiting, next) = (next, New());
        }
        waiting.SetResult();
    }

    /// <summary>Completes when the tree has more than this many leaves.</summary>
    public async Task PastAsync(long leaves, CancellationToken cancellationToken)
    {
        while (true)
        {
            var pulse = Next;
            if (Size > leaves) return;
            await pulse.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
