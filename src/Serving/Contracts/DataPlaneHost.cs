namespace Takt.Serving;

/// <summary>The data plane: a process of its own that loads models and answers inference. It goes on without its control plane.</summary>
public static class DataPlaneHost
{
    /// <summary>Runs until <paramref name="cancellationToken"/>; then finishes the requests at hand, flushes the log and hands over what it can.</summary>
    /// <exception cref="IOException">The address is taken, or the folder cannot be written; the message says which.</exception>
    public static Task RunAsync(DataPlaneOptions options, CancellationToken cancellationToken) => DataPlane.RunAsync(options, TimeProvider.System, cancellationToken);
}
