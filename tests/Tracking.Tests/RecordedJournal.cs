using Npgsql;
using Takt.Journal;
using Takt.Kernel;

namespace Takt.TestKit;

/// <summary>Keeps the facts of committed and uncommitted work alike, in memory: for tests of what a module tells, not of the journal.</summary>
internal sealed class RecordedJournal : IJournal
{
    private readonly List<Fact> facts = [];

    public IReadOnlyList<Fact> Facts
    {
        get
        {
            lock (facts) return [.. facts];
        }
    }

    public IEnumerable<string> Kinds => Facts.Select(f => f.Kind);

    /// <summary>How many facts somebody waited for.</summary>
    public int Awaited { get; private set; }

    public Task<FactId> AppendAsync(NpgsqlTransaction transaction, Fact fact, CancellationToken cancellationToken)
    {
        lock (facts) facts.Add(fact);
        return Task.FromResult(Id.New<FactId>(TimeProvider.System));
    }

    public Task<FactReceipt> SequencedAsync(FactId fact, CancellationToken cancellationToken)
    {
        Awaited++;
        return Task.FromResult(new FactReceipt(fact, 0, 1, default, []));
    }

    public Task<long> LastPositionAsync(CancellationToken cancellationToken) => Task.FromResult((long)Facts.Count - 1);

    public Task<IReadOnlyList<SequencedFact>> ReadAsync(ProjectId? project, long after, int limit, IReadOnlyList<string> kinds, CancellationToken cancellationToken) =>
        throw new NotSupportedException("These tests read Facts.");

    public Task WaitForMoreAsync(long position, CancellationToken cancellationToken) => throw new NotSupportedException("These tests read Facts.");
}
