namespace Takt.Kernel;

/// <summary>A mistake in a definition file: where, what, and the mend.</summary>
public sealed record SpecError(int Line, int Column, string Message, string? Mend)
{
    public override string ToString() => $"line {Line}: {Message}{(Mend is null ? "" : $" {Mend}")}";
}

/// <summary>Collects every mistake of a file, so that all are told at once.</summary>
public sealed class SpecErrors
{
    private readonly List<SpecError> errors = [];

    /// <summary>In the order of the lines.</summary>
    public IReadOnlyList<SpecError> All => [.. errors.OrderBy(e => e.Line).ThenBy(e => e.Column)];

    public bool Any => errors.Count > 0;

    public void Add(SpecNode at, string message, string? mend = null) => errors.Add(new SpecError(at.Line, at.Column, message, mend));

    public void Add(SpecEntry at, string message, string? mend = null) => errors.Add(new SpecError(at.Line, at.Column, message, mend));

    public void Add(SpecError error) => errors.Add(error);
}
