namespace Takt.Kernel;

/// <summary>A piece of a definition file, with the line it stands on. What reads it need not know that the file was YAML.</summary>
/// <param name="Line">Counted from 1.</param>
/// <param name="Column">Counted from 1.</param>
public abstract record SpecNode(int Line, int Column);

/// <summary>A single value, as written.</summary>
/// <param name="Quoted">Written in quotes: text, whatever it looks like.</param>
public sealed record SpecScalar(string Text, bool Quoted, int Line, int Column) : SpecNode(Line, Column);

/// <summary>A list.</summary>
public sealed record SpecList(IReadOnlyList<SpecNode> Items, int Line, int Column) : SpecNode(Line, Column);

/// <summary>Named values, in the order written. A name stands once.</summary>
public sealed record SpecMap(IReadOnlyList<SpecEntry> Entries, int Line, int Column) : SpecNode(Line, Column)
{
    public SpecNode? this[string name] => Entries.FirstOrDefault(e => e.Name == name)?.Value;
}

/// <summary>One named value of a <see cref="SpecMap"/>.</summary>
public sealed record SpecEntry(string Name, SpecNode Value, int Line, int Column);
