using System.Globalization;
using Takt.Journal;
using Takt.Kernel;
using Takt.Records;

namespace Takt.Monitoring;

/// <summary>The part <c>monitors:</c> of takt.yaml.</summary>
internal sealed class MonitorsDefinition(MonitorStore store, ITaktDatabase database, IJournal journal) : IDefinitionPart
{
    public string Key => "monitors";

    public string JsonSchema => """
        {
          "type": "object",
          "description": "What watches a deployment: data, scores, and the truth when it comes.",
          "additionalProperties": {
            "type": "object",
            "required": ["deployment"],
            "additionalProperties": false,
            "properties": {
              "deployment": { "type": "string", "description": "The deployment that is watched." },
              "window": { "type": "string", "pattern": "^[0-9.]+(s|m|h|d)$", "default": "7d", "description": "Of event time. A whole cycle of what you watch (a week, a day), or its ups and downs look like drift." },
              "min-rows": { "type": "integer", "minimum": 1, "default": 500, "description": "Windows with fewer rows decide nothing." },
              "alpha": { "type": "number", "exclusiveMinimum": 0, "maximum": 0.2, "default": 0.01, "description": "Significance, after adjustment for the number of tests." },
              "material-shift": { "type": "number", "minimum": 0, "maximum": 1, "default": 0.1, "description": "Least Kolmogorov-Smirnov distance or Cramer's V that matters." },
              "material-loss": { "type": "number", "minimum": 0, "default": 0.02, "description": "Least rise of the mean log loss that matters." },
              "material-calibration": { "type": "number", "minimum": 0, "maximum": 1, "default": 0.03, "description": "Least gap between mean score and observed share that matters." }
            }
          }
        }
        """;

    public object Read(SpecMap node, SpecErrors errors, Func<string, string?> files)
    {
        var specs = new List<MonitorSpec>();
        foreach (var entry in node.Entries)
        {
            if (entry.Value is not SpecMap map)
            {
                errors.Add(entry, $"Monitor '{entry.Name}' must hold named values.", "Write at least 'deployment: NAME' below it.");
                continue;
            }
            var what = $"Monitor '{entry.Name}'";
            map.AllowOnly(errors, what, "deployment", "window", "min-rows", "alpha", "material-shift", "material-loss", "material-calibration");
            specs.Add(new MonitorSpec(entry.Name, map.RequiredText("deployment", errors, what),
                InRange(map.Duration("window", errors) ?? TimeSpan.FromDays(7), w => w >= TimeSpan.FromSeconds(8), map, "window", "at least 8s"),
                InRange(map.Whole("min-rows", errors) ?? 500, n => n >= 1, map, "min-rows", "1 or more"),
                InRange(map.Number("alpha", errors) ?? 0.01, a => a is > 0 and <= 0.2, map, "alpha", "above 0, at most 0.2"),
                InRange(map.Number("material-shift", errors) ?? 0.1, s => s is >= 0 and <= 1, map, "material-shift", "between 0 and 1"),
                InRange(map.Number("material-loss", errors) ?? 0.02, l => l >= 0, map, "material-loss", "0 or more"),
                InRange(map.Number("material-calibration", errors) ?? 0.03, c => c is >= 0 and <= 1, map, "material-calibration", "between 0 and 1")));
        }
        return specs;

        T InRange<T>(T value, Func<T, bool> allowed, SpecMap map, string name, string range)
        {
            if (!allowed(value)) errors.Add(map[name]!, $"'{name}' is out of range.", $"It must be {range}.");
            return value;
        }
    }

    public async Task<IReadOnlyList<SpecChange>> PlanAsync(Caller caller, object spec, CancellationToken cancellationToken)
    {
        var asked = (List<MonitorSpec>)spec;
        var standing = (await store.ListAsync(caller.Project, cancellationToken).ConfigureAwait(false)).ToDictionary(m => m.Spec.Name, m => m.Spec, StringComparer.Ordinal);
        var changes = asked.ConvertAll(s => !standing.TryGetValue(s.Name, out var old) ? new SpecChange(ChangeVerb.Create, "monitor", s.Name, [])
            : old == s ? new SpecChange(ChangeVerb.Keep, "monitor", s.Name, [])
            : new SpecChange(ChangeVerb.Change, "monitor", s.Name, Differences(old, s)));
        changes.AddRange(standing.Keys.Where(name => asked.TrueForAll(s => s.Name != name)).Order(StringComparer.Ordinal)
            .Select(name => new SpecChange(ChangeVerb.Remove, "monitor", name, ["what it found so far is kept"])));
        return changes;
    }

    public async Task ApplyAsync(Caller caller, object spec, CancellationToken cancellationToken)
    {
        var changes = await PlanAsync(caller, spec, cancellationToken).ConfigureAwait(false);
        if (changes.All(c => c.Verb == ChangeVerb.Keep)) return;
        var asked = ((List<MonitorSpec>)spec).ToDictionary(s => s.Name, StringComparer.Ordinal);
        await database.InTransactionAsync(async (transaction, token) =>
        {
            foreach (var change in changes.Where(c => c.Verb != ChangeVerb.Keep))
            {
                var subject = new Subject("monitor", change.Name);
                if (change.Verb == ChangeVerb.Remove)
                {
                    await store.RemoveAsync(transaction, caller.Project, change.Name, token).ConfigureAwait(false);
                    await journal.AppendAsync(transaction, Fact.Of(caller, "monitor.removed", subject, new { change.Name }), token).ConfigureAwait(false);
                    continue;
                }
                await store.PutAsync(transaction, caller.Project, asked[change.Name], token).ConfigureAwait(false);
                await journal.AppendAsync(transaction, Fact.Of(caller, "monitor.defined", subject, asked[change.Name]), token).ConfigureAwait(false);
            }
        }, cancellationToken).ConfigureAwait(false);
    }

    private static List<string> Differences(MonitorSpec old, MonitorSpec asked)
    {
        var lines = new List<string>();
        Line("deployment", old.Deployment, asked.Deployment);
        Line("window", old.Window, asked.Window);
        Line("min-rows", old.MinRows, asked.MinRows);
        Line("alpha", old.Alpha, asked.Alpha);
        Line("material-shift", old.MaterialShift, asked.MaterialShift);
        Line("material-loss", old.MaterialLoss, asked.MaterialLoss);
        Line("material-calibration", old.MaterialCalibration, asked.MaterialCalibration);
        return lines;

        void Line<T>(string name, T was, T @is)
        {
            if (!Equals(was, @is)) lines.Add(string.Create(CultureInfo.InvariantCulture, $"{name}: {was} -> {@is}"));
        }
    }
}
