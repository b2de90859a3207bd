namespace Takt.Supervisor;

/// <summary>One child: how it is started, on which socket, and where it writes.</summary>
/// <param name="Name">Also the verb.</param>
/// <param name="Program">What to run.</param>
/// <param name="Socket">It accepts on this one.</param>
/// <param name="Folder">Where it works: a folder of its own, never the root, which a file watcher would walk whole.</param>
/// <param name="Log">What it prints.</param>
/// <param name="Environment">Besides our own.</param>
/// <param name="HealthPath">Answers 200 once it serves.</param>
/// <param name="Serving">Called each time it serves, after a start or a restart.</param>
internal sealed record ChildSpec(
    string Name, OwnProgram Program, ListeningSocket Socket, string Folder, LogFile Log, IReadOnlyDictionary<string, string?> Environment, string HealthPath, Action Serving);
