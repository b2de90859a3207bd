using System.Collections.Concurrent;
using System.Threading.Channels;

namespace Takt.Pipelines.Runs;

/// <summary>Runs that want to go on, and the means to stop one that is under way. What it forgets when the server ends stands in the records.</summary>
internal sealed class RunQueue
{
    private readonly Channel<PipelineRunId> wanted = Channel.CreateUnbounded<PipelineRunId>();
    private readonly ConcurrentDictionary<PipelineRunId, Work> underWay = new();

    public ChannelReader<PipelineRunId> Wanted => wanted.Reader;

    public void Want(PipelineRunId run) => wanted.Writer.TryWrite(run);

    /// <summary>False where the run is under way already: then it is looked at once more when its work pauses, since what it waits for may have come meanwhile.</summary>
    public bool Begin(PipelineRunId run, CancellationTokenSource stop)
    {
        while (!underWay.TryAdd(run, new Work(stop)))
        {
            if (!underWay.TryGetValue(run, out var work)) continue;
            if (work.AskAgain()) return false;
        }
        return true;
    }

    public void End(PipelineRunId run)
    {
        if (underWay.TryRemove(run, out var work) && work.Close()) Want(run);
    }

    /// <summary>Stops the run where it is under way; its worker then records that.</summary>
    public bool Stop(PipelineRunId run)
    {
        if (!underWay.TryGetValue(run, out var work)) return false;
        try
        {
            work.Stop.Cancel();
            return true;
        }
        catch (ObjectDisposedException)
        {
            return false;
        }
    }

    private sealed class Work(CancellationTokenSource stop)
    {
        private readonly Lock gate = new();
        private bool again, closed;

        public CancellationTokenSource Stop => stop;

        /// <summary>False where the work has closed: the asker begins itself.</summary>
        public bool AskAgain()
        {
            lock (gate)
            {
                if (closed) return false;
                return again = true;
            }
        }

        public bool Close()
        {
            lock (gate)
            {
                closed = true;
                return again;
            }
        }
    }
}
