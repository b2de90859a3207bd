using Takt.Journal;
using Takt.Kernel;
using Takt.Pipelines.Runs;

namespace Takt.Pipelines.Triggers;

/// <summary>New data: runs that wait for rows look again.</summary>
internal sealed class WakeRuns(RunStore store, RunQueue queue) : IFactSubscriber
{
    public string Name => "pipelines.waiting";

    public IReadOnlyList<string> Kinds { get; } = [TriggerFields.DatasetVersionCreated];

    public async Task HandleAsync(SequencedFact fact, CancellationToken cancellationToken)
    {
        foreach (var run in await store.WaitingAsync(fact.Fact.Project, cancellationToken).ConfigureAwait(false)) queue.Want(run);
    }
}
