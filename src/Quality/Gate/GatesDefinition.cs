using Takt.Kernel;

namespace Takt.Quality;

/// <summary>The <c>gates:</c> part of takt.yaml.</summary>
internal sealed class GatesDefinition(GateSpecStore store) : IDefinitionPart
{
    private const double UsualTolerance = 1e-5;

    public string Key => "gates";

    public string JsonSchema => """
        {
          "type": "object",
          "additionalProperties": {
            "type": "object",
            "additionalProperties": false,
            "properties": {
              "metrics": {
                "type": "object",
                "description": "The candidate's own figures, by the evaluation's names.",
                "additionalProperties": {
                  "type": "object", "additionalProperties": false, "minProperties": 1,
                  "properties": { "at-most": { "type": "number" }, "at-least": { "type": "number" } }
                }
              },
              "champion": {
                "type": "object", "additionalProperties": false,
                "description": "How the candidate is held against the champion, row by row on rows neither saw.",
                "properties": {
                  "metric": { "enum": ["log_loss", "brier"], "default": "log_loss" },
                  "margin": { "type": "number", "default": 0, "description": "0: it must win." },
                  "min-rows": { "type": "integer", "minimum": 2, "default": 1000 },
                  "confidence": { "type": "number", "exclusiveMinimum": 0.5, "exclusiveMaximum": 1, "default": 0.95 }
                }
              },
              "golden-tolerance": { "type": "number", "minimum": 0, "default": 0.00001 },
              "latency-p99": { "type": "string", "description": "Of one row in process, e.g. 5ms." }
            }
          }
        }
        """;

    public object Read(SpecMap node, SpecErrors errors, Func<string, string?> files) => new GateSpecs([.. node.Entries.Select(e => Gate(e, errors)).OfType<GateSpec>()]);

    public async Task<IReadOnlyList<SpecChange>> PlanAsync(Caller caller, object spec, CancellationToken cancellationToken)
    {
        var standing = (await store.ListAsync(caller.Project, cancellationToken).ConfigureAwait(false)).ToDictionary(g => g.Name);
        var changes = new List<SpecChange>();
        foreach (var wanted in ((GateSpecs)spec).Gates)
        {
            if (!standing.Remove(wanted.Name, out var now)) changes.Add(new SpecChange(ChangeVerb.Create, "gate", wanted.Name, []));
            else if (GateSpecStore.Write(now) == GateSpecStore.Write(wanted)) changes.Add(new SpecChange(ChangeVerb.Keep, "gate", wanted.Name, []));
            else changes.Add(new SpecChange(ChangeVerb.Change, "gate", wanted.Name, [.. Differences(now, wanted)]));
        }
        changes.AddRange(standing.Keys.Select(name => new SpecChange(ChangeVerb.Remove, "gate", name, [])));
        return changes;
    }

    public Task ApplyAsync(Caller caller, object spec, CancellationToken cancellationToken) => store.ReplaceAsync(caller, ((GateSpecs)spec).Gates, cancellationToken);

    private static GateSpec? Gate(SpecEntry entry, SpecErrors errors)
    {
        if (entry.Value is not SpecMap map)
        {
            errors.Add(entry, $"Gate '{entry.Name}' must hold named values.", "E.g. 'metrics:'.");
            return null;
        }
        map.AllowOnly(errors, $"Gate '{entry.Name}'", "metrics", "champion", "golden-tolerance", "latency-p99");
        var tolerance = map.Number("golden-tolerance", errors) ?? UsualTolerance;
        if (tolerance < 0) errors.Add(map["golden-tolerance"]!, "'golden-tolerance' must not be below 0.");
        var thresholds = map.Map("metrics", errors)?.Entries.Select(e => Threshold(e, errors)).OfType<MetricThreshold>().ToList() ?? [];
        var champion = map.Map("champion", errors) is { } rule ? Champion(rule, errors) : null;
        if (thresholds.Count == 0 && champion is null && map["latency-p99"] is null && !errors.Any)
            errors.Add(entry, $"Gate '{entry.Name}' asks for nothing: every model would pass.", "Give it 'metrics:', 'champion:' or 'latency-p99:'.");
        return new GateSpec(entry.Name, thresholds, champion, tolerance, map.Duration("latency-p99", errors));
    }

    private static MetricThreshold? Threshold(SpecEntry entry, SpecErrors errors)
    {
        if (entry.Value is not SpecMap map)
        {
            errors.Add(entry, $"'{entry.Name}' must say 'at-most' or 'at-least'.", $"Write '{entry.Name}: {{at-most: 0.5}}'.");
            return null;
        }
        map.AllowOnly(errors, $"Metric '{entry.Name}'", "at-most", "at-least");
        var threshold = new MetricThreshold(entry.Name, map.Number("at-most", errors), map.Number("at-least", errors));
        if (map["at-most"] is null && map["at-least"] is null) errors.Add(entry, $"'{entry.Name}' must say 'at-most' or 'at-least'.");
        if (threshold.AtLeast > threshold.AtMost) errors.Add(entry, $"'{entry.Name}' asks for at least {threshold.AtLeast} and at most {threshold.AtMost}, which nothing is.");
        return threshold;
    }

    private static ChampionRule Champion(SpecMap map, SpecErrors errors)
    {
        map.AllowOnly(errors, "'champion'", "metric", "margin", "min-rows", "confidence");
        var metric = map.Text("metric", errors) ?? "log_loss";
        if (metric is not ("log_loss" or "brier")) errors.Add(map["metric"]!, $"'{metric}' is no loss that can be compared row by row.", "One of: log_loss, brier.");
        var confidence = map.Number("confidence", errors) ?? 0.95;
        if (confidence is not (> 0.5 and < 1)) errors.Add(map["confidence"]!, "'confidence' must lie above 0.5 and below 1.", "Usual: 0.95.");
        var rows = map.Whole("min-rows", errors) ?? 1000;
        if (rows < 2) errors.Add(map["min-rows"]!, "'min-rows' must be at least 2.");
        return new ChampionRule(metric, rows, map.Number("margin", errors) ?? 0, confidence);
    }

    private static IEnumerable<string> Differences(GateSpec now, GateSpec wanted)
    {
        if (!now.Thresholds.SequenceEqual(wanted.Thresholds)) yield return $"metrics: {string.Join(", ", now.Thresholds.Select(Text))} -> {string.Join(", ", wanted.Thresholds.Select(Text))}";
        if (now.AgainstChampion != wanted.AgainstChampion) yield return $"champion: {Text(now.AgainstChampion)} -> {Text(wanted.AgainstChampion)}";
        if (now.GoldenTolerance != wanted.GoldenTolerance) yield return $"golden-tolerance: {now.GoldenTolerance} -> {wanted.GoldenTolerance}";
        if (now.LatencyP99 != wanted.LatencyP99) yield return $"latency-p99: {now.LatencyP99?.TotalMilliseconds.ToString() ?? "none"} ms -> {wanted.LatencyP99?.TotalMilliseconds.ToString() ?? "none"} ms";
    }

    private static string Text(MetricThreshold t) => $"{t.Metric}{(t.AtLeast is { } l ? $" >= {l}" : "")}{(t.AtMost is { } m ? $" <= {m}" : "")}";

    private static string Text(ChampionRule? rule) => rule is null ? "not compared" : $"{rule.Metric}, margin {rule.Margin}, {rule.MinRows} rows, {rule.Confidence}";
}

/// <summary>The part's spec.</summary>
internal sealed record GateSpecs(IReadOnlyList<GateSpec> Gates);
