namespace Takt.Cli.Demo;

/// <summary>One step of the demo: what it does, and whether it really held.</summary>
internal abstract class DemoStep
{
    /// <summary>As the table shows it: <c>1 January is delivered</c>.</summary>
    public abstract string Title { get; }

    /// <exception cref="StepFailedException">It did not hold; the message says what was found instead.</exception>
    public abstract Task RunAsync(DemoWorld world, CancellationToken cancellationToken);

    /// <summary>Stops the demo where something does not hold.</summary>
    protected static void Hold(bool condition, string whatWasFound)
    {
        if (!condition) throw new StepFailedException(whatWasFound);
    }
}

/// <summary>A step of the demo that did not hold.</summary>
internal sealed class StepFailedException(string message) : Exception(message);
