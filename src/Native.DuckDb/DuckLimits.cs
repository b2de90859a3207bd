namespace Takt.Native.DuckDb;

/// <summary>What a database may touch and use. Once open, no SQL can widen it.</summary>
public sealed record DuckLimits
{
    /// <summary>Folders below which files may be read and written; none: no file at all. A link that leads out of them is refused. Default: none.</summary>
    public IReadOnlyList<string> Folders { get; init; } = [];

    /// <summary>Single files that may be read and written, by full path, besides <see cref="Folders"/>. Default: none.</summary>
    public IReadOnlyList<string> Files { get; init; } = [];

    /// <summary>MiB that the engine tries to stay below; some functions overshoot it. Default: 1024.</summary>
    public int MemoryMegabytes { get; init; } = 1024;

    /// <summary>Default: the machine's cores, at most 4.</summary>
    public int Threads { get; init; } = Math.Min(Environment.ProcessorCount, 4);

    /// <summary>Where intermediate data go that do not fit in memory; null: nowhere, the query fails instead. Default: null.</summary>
    public string? TempFolder { get; init; }

    /// <summary>MiB in <see cref="TempFolder"/>. Default: 4096.</summary>
    public int TempMegabytes { get; init; } = 4096;
}
