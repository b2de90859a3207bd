using Takt.Pipelines.Specs;

namespace Takt.Pipelines.Execution;

/// <summary>A process to run.</summary>
/// <param name="Arguments">Program first.</param>
/// <param name="Folder">The working folder, the only place it may write to.</param>
/// <param name="Readable">What it may read beside /usr.</param>
/// <param name="Sandboxed">Must, may or must not run in a sandbox.</param>
internal sealed record StepCommand(IReadOnlyList<string> Arguments, string Folder, IReadOnlyDictionary<string, string> Environment, IReadOnlyList<Mount> Readable,
    StepLimits Limits, Sandboxing Sandboxed);

/// <param name="Source">A file or folder.</param>
/// <param name="Inside">The full path at which the step finds it.</param>
internal sealed record Mount(string Source, string Inside)
{
    public static Mount AsIs(string path) => new(path, path);
}

internal enum Sandboxing { Required, WhereThereIsOne, None }

/// <summary>How a process ended.</summary>
/// <param name="Code">Its exit code.</param>
/// <param name="Killed">Why it was killed; null: it was not.</param>
/// <param name="Means">What held it: sandbox, user, limits in force. Recorded with the run.</param>
internal sealed record StepExit(int Code, string? Killed, IReadOnlyDictionary<string, string> Means);

/// <summary>The step cannot be run here; the message says what to do.</summary>
internal sealed class StepRefusedException(string message) : Exception(message);
