using System.Text.Json;
using Takt.Journal;
using Takt.Kernel;
using Takt.Pipelines.Runs;
using Takt.Pipelines.Specs;

namespace Takt.Pipelines.Triggers;

/// <summary>Somebody let a refused candidate through, on record: the run that the gate ended goes on behind it.</summary>
internal sealed class ReopenRuns(RunStore store, RunTransitions transitions, RunQueue queue) : IFactSubscriber
{
    public string Name => "pipelines.overrides";

    public IReadOnlyList<string> Kinds { get; } = ["gate.overridden"];

    public async Task HandleAsync(SequencedFact fact, CancellationToken cancellationToken)
    {
        if (await store.FindByVerdictAsync(fact.Fact.Project, fact.Fact.Subject.Name, cancellationToken).ConfigureAwait(false) is not { State: RunState.Refused } run) return;
        var gate = (await store.StepsAsync(run.Id, cancellationToken).ConfigureAwait(false)).First(s => s.State is StepState.Refused);
        using var payload = JsonDocument.Parse(fact.Fact.Payload);
        var reason = payload.RootElement.TryGetProperty("reason", out var said) ? said.GetString() ?? "" : "";
        var result = gate.Result.DeepClone().AsObject();
        result["override"] = reason;
        await transitions.ReopenAsync(new Caller(fact.Fact.Actor, fact.Fact.Project, run.Role), run, gate, result, reason, cancellationToken).ConfigureAwait(false);
        queue.Want(run.Id);
    }
}
