namespace Takt.Journal.Sequencing;

/// <summary>Whether this process is the one that sequences and runs the subscribers. Thread-safe.</summary>
internal sealed class Leadership
{
    private readonly Lock gate = new();
    private TaskCompletionSource held = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public bool IsHeld => HeldAsync().IsCompleted;

    /// <summary>Completes while this process leads.</summary>
    public Task HeldAsync()
    {
        lock (gate) return held.Task;
    }

    public void Take()
    {
        lock (gate) held.TrySetResult();
    }

    public void Lose()
    {
        lock (gate)
            if (held.Task.IsCompleted) held = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
