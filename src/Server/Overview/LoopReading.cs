using Takt.Journal;
using Takt.Kernel;

namespace Takt.Server.Overview;

/// <summary>
/// A reading of the journal, as the audit trail and lineage are: the loop of every project as the facts so far leave it. Held in memory, caught up when somebody asks; a
/// restart reads it again from the first fact. Thread-safe.
/// </summary>
internal sealed class LoopReading(IJournal journal) : IDisposable
{
    private const int AtOnce = 1_000;

    private readonly SemaphoreSlim one = new(1);
    private readonly Dictionary<ProjectId, ProjectLoop> loops = [];
    private long position = -1;

    /// <summary>The loop as of now.</summary>
    public async Task<(LoopSnapshot Loop, long Position)> ReadAsync(ProjectId project, CancellationToken cancellationToken)
    {
        await one.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            while (true)
            {
                var facts = await journal.ReadAsync(null, position, AtOnce, [], cancellationToken).ConfigureAwait(false);
                foreach (var fact in facts)
                {
                    if (!loops.TryGetValue(fact.Fact.Project, out var loop)) loops[fact.Fact.Project] = loop = new ProjectLoop();
                    loop.Apply(fact);
                    position = fact.Position;
                }
                if (facts.Count < AtOnce) break;
            }
            return (loops.TryGetValue(project, out var found) ? found.Snapshot() : new ProjectLoop().Snapshot(), position);
        }
        finally
        {
            one.Release();
        }
    }

    public void Dispose() => one.Dispose();
}
