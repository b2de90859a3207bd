using Npgsql;
using Takt.Kernel;

namespace Takt.Journal;

/// <summary>The spine: every change of state is a fact in here, in the same transaction. Thread-safe.</summary>
public interface IJournal
{
    /// <summary>Writes the fact in the caller's transaction. It is readable once that has committed and the sequencer gave it a position (at most 200 ms; at once where somebody waits).</summary>
    Task<FactId> AppendAsync(NpgsqlTransaction transaction, Fact fact, CancellationToken cancellationToken);

    /// <summary>Waits until a committed fact is in the tree: what decides something is answered only then.</summary>
    Task<FactReceipt> SequencedAsync(FactId fact, CancellationToken cancellationToken);

    /// <summary>The last fact's position, or -1.</summary>
    Task<long> LastPositionAsync(CancellationToken cancellationToken);

    /// <summary>Facts after <paramref name="after"/>, oldest first, at most <paramref name="limit"/>.</summary>
    /// <param name="project">Null: of all projects (for Takt's own readers).</param>
    /// <param name="kinds">Exact kinds, or a prefix with a star (<c>monitor.*</c>); empty: every kind.</param>
    Task<IReadOnlyList<SequencedFact>> ReadAsync(ProjectId? project, long after, int limit, IReadOnlyList<string> kinds, CancellationToken cancellationToken);

    /// <summary>Completes when there is a fact after <paramref name="position"/> (of any project).</summary>
    Task WaitForMoreAsync(long position, CancellationToken cancellationToken);
}

/// <summary>Where a fact stands in the tree, and the proof that it does.</summary>
/// <param name="TreeSize">Leaves in the tree that the proof speaks of.</param>
/// <param name="Root">Of that tree.</param>
/// <param name="Path">RFC 6962 inclusion path, leaf's sibling first.</param>
public sealed record FactReceipt(FactId Fact, long Position, long TreeSize, Digest Root, IReadOnlyList<Digest> Path);
