namespace Takt.Native.OnnxRuntime;

/// <summary>The engine refused or failed: the message is its own.</summary>
/// <param name="code">The engine's OrtErrorCode.</param>
public sealed class OnnxException(int code, string message) : Exception(message)
{
    public int Code { get; } = code;

    /// <summary>The run was stopped from outside (a deadline), see <see cref="OnnxLane.Terminate"/>.</summary>
    public bool WasTerminated { get; init; }
}
