using System.Runtime.InteropServices;

namespace Takt.Native.DuckDb;

/// <summary>The engine refused or failed: the message is its own.</summary>
/// <param name="kind">The engine's duckdb_error_type.</param>
public sealed class DuckException(string message, int kind = 0) : Exception(message)
{
    private const int InterruptKind = 29;

    public int Kind { get; } = kind;

    /// <summary>Stopped by <see cref="DuckConnection.Interrupt"/> or a cancelled token.</summary>
    public bool WasInterrupted => Kind == InterruptKind || Message.StartsWith("INTERRUPT", StringComparison.Ordinal);

    internal static unsafe DuckException Of(byte* message, int kind = 0) =>
        new((Marshal.PtrToStringUTF8((nint)message) ?? "The engine failed and said nothing.").TrimEnd(), kind);
}
