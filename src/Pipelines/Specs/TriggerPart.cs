using System.Globalization;
using Takt.Kernel;
using Takt.Pipelines.Triggers;

namespace Takt.Pipelines.Specs;

/// <summary>The part <c>triggers:</c> of takt.yaml.</summary>
internal sealed class TriggerPart(SpecStore store) : IDefinitionPart
{
    public string Key => "triggers";

    public string JsonSchema => SpecSchemas.Triggers;

    public object Read(SpecMap node, SpecErrors errors, Func<string, string?> files)
    {
        var references = new List<SpecReference>();
        var triggers = new Dictionary<string, TriggerSpec>();
        foreach (var entry in node.Entries)
        {
            Names.Check(entry, "trigger", errors);
            if (entry.Value is SpecMap map) triggers[entry.Name] = Trigger(entry.Name, map, errors, references);
            else errors.Add(entry, $"Trigger '{entry.Name}' must hold named values.", "It needs 'when' and 'run'.");
        }
        return new ReadTriggers(triggers, references);
    }

    public async Task<IReadOnlyList<SpecChange>> PlanAsync(Caller caller, object spec, CancellationToken cancellationToken) =>
        SpecStore.Changes("trigger", await store.ListAsync<TriggerSpec>(caller.Project, SpecStore.Trigger, cancellationToken).ConfigureAwait(false), ((ReadTriggers)spec).Triggers);

    public Task ApplyAsync(Caller caller, object spec, CancellationToken cancellationToken) =>
        store.ReplaceAsync(caller, SpecStore.Trigger, ((ReadTriggers)spec).Triggers, cancellationToken);

    private static TriggerSpec Trigger(string name, SpecMap map, SpecErrors errors, List<SpecReference> references)
    {
        map.AllowOnly(errors, $"Trigger '{name}'", "when", "cron", "monitor", "dataset", "run", "with");
        var when = map.RequiredText("when", errors, $"Trigger '{name}'");
        string[] known = [.. TriggerFields.ByKind.Keys, TriggerSpec.Schedule];
        if (map["when"] is { } at && !known.Contains(when)) errors.Add(at, $"Nothing is called '{when}'.", $"One of: {string.Join(", ", known)}.");
        var cron = map.Text("cron", errors);
        if (when == TriggerSpec.Schedule && cron is null) errors.Add(map, $"Trigger '{name}' needs 'cron'.", "Write e.g. cron: \"0 0 3 * * ?\" for three in the night, UTC.");
        if (cron is not null && CronTimes.Refusal(cron) is { } refusal) errors.Add(map["cron"]!, refusal, "Six fields: second minute hour day month weekday, e.g. \"0 0 3 * * ?\".");
        if (cron is not null && when != TriggerSpec.Schedule) errors.Add(map["cron"]!, "'cron' goes with 'when: schedule'.");
        var pipeline = map.RequiredText("run", errors, $"Trigger '{name}'");
        if (map["run"] is { } run) references.Add(new SpecReference("pipelines", pipeline, run));
        var monitor = Reference(map, "monitor", "monitors", errors, references);
        var dataset = Reference(map, "dataset", "datasets", errors, references);
        var with = new Dictionary<string, TriggerValue>();
        foreach (var entry in map.Map("with", errors)?.Entries ?? [])
            if (Value(entry, when, errors) is { } value) with[entry.Name] = value;
        return new TriggerSpec(name, when, cron, monitor, dataset, pipeline, with);
    }

    private static string? Reference(SpecMap map, string key, string part, SpecErrors errors, List<SpecReference> references)
    {
        var name = map.Text(key, errors);
        if (name is not null) references.Add(new SpecReference(part, name, map[key]!));
        return name;
    }

    /// <summary>A word is a field of the fact; what stands in quotes, a number, a date, true and false are themselves.</summary>
    private static TriggerValue? Value(SpecEntry entry, string when, SpecErrors errors)
    {
        if (entry.Value is not SpecScalar scalar)
        {
            errors.Add(entry, $"'{entry.Name}' must be one value.");
            return null;
        }
        if (scalar.Quoted || scalar.Text is "true" or "false" || (scalar.Text.Length > 0 && char.IsAsciiDigit(scalar.Text[0])) ||
            double.TryParse(scalar.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out _)) return new TriggerValue(null, scalar.Text);
        var fields = TriggerFields.ByKind.GetValueOrDefault(when) ?? [];
        var field = TriggerFields.Plain(scalar.Text);
        if (fields.Contains(field)) return new TriggerValue(field, "");
        errors.Add(scalar, $"'{when}' brings no '{scalar.Text}'.", fields.Count == 0 ? "Write a value in quotes." : $"It brings: {string.Join(", ", fields.Select(TriggerFields.Written))}. Write a value of your own in quotes.");
        return null;
    }

    private sealed record ReadTriggers(IReadOnlyDictionary<string, TriggerSpec> Triggers, IReadOnlyList<SpecReference> References) : ISpecReferences;
}
