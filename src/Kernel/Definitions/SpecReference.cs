namespace Takt.Kernel;

/// <summary>A name that one part of a definition file uses and another part of the same file must define: a gate that a pipeline asks, say.</summary>
/// <param name="Key">The other part's top-level key.</param>
/// <param name="Name">What must stand under it.</param>
/// <param name="At">Where it is used.</param>
public sealed record SpecReference(string Key, string Name, SpecNode At);

/// <summary>What <see cref="IDefinitionPart.Read"/> gives back may say which names it uses; Definitions checks them once the whole file is read.</summary>
public interface ISpecReferences
{
    IReadOnlyList<SpecReference> References { get; }
}
