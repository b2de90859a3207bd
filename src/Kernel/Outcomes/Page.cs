namespace Takt.Kernel;

/// <summary>One page of a list.</summary>
/// <param name="Items">In the list's order.</param>
/// <param name="Next">Give it back as <c>page</c> for the following items; null at the end. Opaque.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? Next);
