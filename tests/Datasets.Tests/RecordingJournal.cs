using Npgsql;
using Takt.Journal;
using Takt.Kernel;

namespace Takt.Datasets.Tests;

/// <summary>Keeps what it is told.</summary>
internal sealed class RecordingJournal : IJournal
{
    public List<Fact> Facts { get; } = [];

    public Task<FactId> AppendAsync(NpgsqlTransaction transaction, Fact fact, CancellationToken cancellationToken)
    {
        Facts.Add(fact);
        return Task.FromResult(Id.New<FactId>(TimeProvider.System));
    }

    public Task<FactReceipt> SequencedAsync(FactId fact, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<long> LastPositionAsync(CancellationToken cancellationToken) => Task.FromResult(Facts.Count - 1L);

    public Task<IReadOnlyList<SequencedFact>> ReadAsync(ProjectId? project, long after, int limit, IReadOnlyList<string> kinds, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task WaitForMoreAsync(long position, CancellationToken cancellationToken) => throw new NotSupportedException();
}
