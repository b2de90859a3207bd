namespace Takt.Pipelines.Specs;

/// <summary>What was asked: an entry of <c>triggers:</c>.</summary>
/// <param name="When">A kind of fact, or <c>schedule</c>.</param>
/// <param name="Cron">For a schedule: Quartz's six or seven fields, UTC.</param>
/// <param name="Monitor">Only alerts of this monitor.</param>
/// <param name="Dataset">Only versions of this dataset.</param>
/// <param name="Pipeline">What it runs.</param>
/// <param name="With">The run's params.</param>
internal sealed record TriggerSpec(string Name, string When, string? Cron, string? Monitor, string? Dataset, string Pipeline, IReadOnlyDictionary<string, TriggerValue> With)
{
    public const string Schedule = "schedule";
}

/// <param name="Field">Taken from the fact, e.g. <c>windowTo</c>; null: <paramref name="Literal"/>.</param>
internal sealed record TriggerValue(string? Field, string Literal);
