using Takt.Kernel;

namespace Takt.Definitions.Applied;

/// <summary>A definition that was applied.</summary>
/// <param name="Number">From 1, by project.</param>
/// <param name="Digest">Of the file and the files that it names.</param>
internal sealed record AppliedDefinition(int Number, string File, IReadOnlyDictionary<string, string> Files, Digest Digest, ActorId By, DateTimeOffset At);
