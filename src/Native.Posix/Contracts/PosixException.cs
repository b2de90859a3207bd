namespace Takt.Native.Posix;

/// <summary>A call of the operating system failed.</summary>
/// <param name="call">Which one, on what.</param>
/// <param name="number">errno.</param>
/// <param name="words">What strerror says of it.</param>
public sealed class PosixException(string call, int number, string words) : IOException($"{call}: {words} (errno {number})")
{
    public int Number { get; } = number;
}
