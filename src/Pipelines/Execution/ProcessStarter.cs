using System.Collections.Concurrent;
using System.Diagnostics;

namespace Takt.Pipelines.Execution;

/// <summary>
/// Starts processes from one thread that lives as long as Takt: the kernel sends "your parent died" when the thread that started a process ends, and a thread
/// of the pool may end at any time.
/// </summary>
internal sealed class ProcessStarter : IDisposable
{
    private readonly BlockingCollection<(ProcessStartInfo Info, TaskCompletionSource<Process> Started)> asked = [];

    public ProcessStarter() => new Thread(Work) { IsBackground = true, Name = "takt step starter" }.Start();

    public Task<Process> StartAsync(ProcessStartInfo info)
    {
        var started = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        asked.Add((info, started));
        return started.Task;
    }

    public void Dispose() => asked.CompleteAdding();

    private void Work()
    {
        foreach (var (info, started) in asked.GetConsumingEnumerable())
        {
            try
            {
                started.SetResult(Process.Start(info)!);
            }
            catch (Exception e)
            {
                started.SetException(e);
            }
        }
    }
}
