using System.Collections.Concurrent;
using System.Threading.Channels;

namespace Takt.Pipelines.Runs;

/// <summary>Runs that want to go on, and the means to stop one that is under way. What it forgets when the server ends stands in the records.</summary>
internal sealed class RunQueue
{
    private readonly Channel<PipelineRunId> wanted = Channel.CreateUnbounded<PipelineRunId>();
    private readonly ConcurrentDictionary<PipelineRunId, CancellationTokenSource> underWay = new();

    public ChannelReader<PipelineRunId> Wanted => wanted.Reader;

    public void Want(PipelineRunId run) => wanted.Writer.TryWrite(run);

    /// <summary>False where the run is under way already.</summary>
    public bool Begin(PipelineRunId run, CancellationTokenSource stop) => underWay.TryAdd(run, stop);

    public void End(PipelineRunId run) => underWay.TryRemove(run, out _);

    /// <summary>Stops the run where it is under way; its worker then records that.</summary>
    public bool Stop(PipelineRunId run)
    {
        if (!underWay.TryGetValue(run, out var stop)) return false;
        try
        {
            stop.Cancel();
            return true;
        }
        catch (ObjectDisposedException)
        {
            return false;
        }
    }
}
