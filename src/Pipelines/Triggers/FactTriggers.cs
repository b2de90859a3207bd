using System.Globalization;
using System.Text.Json;
using Takt.Journal;
using Takt.Kernel;
using Takt.Pipelines.Runs;
using Takt.Pipelines.Specs;

namespace Takt.Pipelines.Triggers;

/// <summary>Starts pipelines by facts of the journal: where the loop closes.</summary>
internal sealed class FactTriggers(SpecStore specs, StartRun start, FiringStore firings) : IFactSubscriber
{
    public string Name => "pipelines.triggers";

    public IReadOnlyList<string> Kinds { get; } = [.. TriggerFields.ByKind.Keys];

    public async Task HandleAsync(SequencedFact fact, CancellationToken cancellationToken)
    {
        var triggers = await specs.ListAsync<TriggerSpec>(fact.Fact.Project, SpecStore.Trigger, cancellationToken).ConfigureAwait(false);
        using var payload = JsonDocument.Parse(fact.Fact.Payload);
        foreach (var trigger in triggers.Values.Where(t => t.When == fact.Fact.Kind && Meets(t, fact.Fact, payload.RootElement)))
            await FireAsync(trigger, fact, payload.RootElement, cancellationToken).ConfigureAwait(false);
    }

    private static bool Meets(TriggerSpec trigger, Fact fact, JsonElement payload) =>
        (trigger.Monitor is null || TriggerFields.Of(payload, "monitor") == trigger.Monitor) &&
        (trigger.Dataset is null || fact.Subject.Name.Split('/')[0] == trigger.Dataset);

    private async Task FireAsync(TriggerSpec trigger, SequencedFact fact, JsonElement payload, CancellationToken cancellationToken)
    {
        var caller = Caller.System(fact.Fact.Project);
        var cause = string.Create(CultureInfo.InvariantCulture, $"fact:{fact.Position}");
        var parameters = new Dictionary<string, string>();
        foreach (var (name, value) in trigger.With)
        {
            if (value.Field is null) parameters[name] = value.Literal;
            else if (TriggerFields.Of(payload, value.Field) is { } taken) parameters[name] = taken;
        }
        var missing = trigger.With.FirstOrDefault(w => w.Value.Field is not null && !parameters.ContainsKey(w.Key));
        if (missing.Key is not null)
        {
            await firings.FireAsync(caller, trigger.Name, cause, null, $"The fact brings no '{missing.Value.Field}' for param '{missing.Key}'.", cancellationToken).ConfigureAwait(false);
            return;
        }
        var prepared = await start.PrepareAsync(caller, trigger.Pipeline, parameters, string.Create(CultureInfo.InvariantCulture, $"trigger {trigger.Name} ({fact.Fact.Kind}, fact {fact.Position})"),
            useCache: true, cancellationToken).ConfigureAwait(false);
        await firings.FireAsync(caller, trigger.Name, cause, prepared.IsDone ? prepared.Value : null, prepared.Problem?.ToString(), cancellationToken).ConfigureAwait(false);
    }
}
