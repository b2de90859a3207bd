namespace Takt.Journal.Sequencing;

/// <summary>Rung by whoever waits for a fact: the sequencer starts at once, and signs a checkpoint. Thread-safe.</summary>
internal sealed class Bell : IDisposable
{
    private readonly SemaphoreSlim rung = new(0, 1);

    public void Ring()
    {
        try
        {
            rung.Release();
        }
        catch (SemaphoreFullException)
        {
            // it rings already
        }
    }

    public void Dispose() => rung.Dispose();

    /// <summary>Whether it rang within <paramref name="pause"/>.</summary>
    public Task<bool> RangAsync(TimeSpan pause, CancellationToken cancellationToken) => rung.WaitAsync(pause, cancellationToken);
}
