namespace Takt.Kernel;

/// <summary>
/// The part of <c>takt.yaml</c> that a module owns (a top-level key such as <c>datasets</c>). Definitions reads the file, hands each part its
/// node, and applies the parts in the order of the modules.
/// </summary>
public interface IDefinitionPart
{
    /// <summary>The top-level key.</summary>
    string Key { get; }

    /// <summary>A JSON schema (an object) of the value under the key, for editors.</summary>
    string JsonSchema { get; }

    /// <summary>Reads the node into the module's specs. Every mistake goes into <paramref name="errors"/>; the result counts only where there is none.</summary>
    /// <param name="files">Reads a file that the definition names, relative to the project's folder; null where it was not sent along.</param>
    object Read(SpecMap node, SpecErrors errors, Func<string, string?> files);

    /// <summary>What applying <paramref name="spec"/> would change. Changes nothing.</summary>
    Task<IReadOnlyList<SpecChange>> PlanAsync(Caller caller, object spec, CancellationToken cancellationToken);

    /// <summary>Makes it so. Applying the same spec twice changes nothing.</summary>
    Task ApplyAsync(Caller caller, object spec, CancellationToken cancellationToken);
}

/// <summary>One difference between the file and what stands.</summary>
/// <param name="Kind">What it is: <c>dataset</c>, <c>pipeline</c> …</param>
/// <param name="Name">Which one.</param>
/// <param name="Details">For a change: a line a field, old and new.</param>
public sealed record SpecChange(ChangeVerb Verb, string Kind, string Name, IReadOnlyList<string> Details);

/// <summary>What apply would do.</summary>
public enum ChangeVerb { Create, Change, Remove, Keep }
