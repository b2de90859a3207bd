using System.Globalization;
using Takt.Journal;
using Takt.Kernel;
using Takt.Records;

namespace Takt.Serving;

/// <summary>The <c>deployments:</c> part of takt.yaml.</summary>
internal sealed class DeploymentsDefinition(DeploymentStore store, ITaktDatabase database, IJournal journal, PlanMaker plans, TimeProvider time) : IDefinitionPart
{
    /// <summary>What counts where the file says nothing.</summary>
    public static readonly RolloutSpec Defaults = new([0, 10, 50, 100], MinRequests: 500, QualityMargin: 0.01, ErrorMargin: 0.01, LatencyMargin: 2, ScoreShift: 0.35, Alpha: 0.05, MinPairs: 300, Patience: TimeSpan.FromDays(7));

    public string Key => "deployments";

    public string JsonSchema => """
        {"type": "object", "description": "What answers requests, by name.", "additionalProperties": {"type": "object", "required": ["model"], "additionalProperties": false, "properties": {
          "model": {"type": "string", "description": "The registered model whose versions it serves."},
          "sticky-by": {"type": "string", "description": "The input or header whose value decides which revision answers; default: the request."},
          "flush-before-answer": {"type": "boolean", "description": "The inference log is on disk before the answer goes out. Default false: within 50 ms."},
          "rollout": {"type": "object", "additionalProperties": false, "properties": {
            "stages": {"type": "array", "items": {"anyOf": [{"const": "shadow"}, {"type": "integer", "minimum": 0, "maximum": 100}]}, "description": "Percent of the traffic, rising to 100; shadow comes first. Default [shadow, 10, 50, 100]."},
            "min-requests": {"type": "integer", "minimum": 1, "description": "In each stage. Default 500."},
            "min-pairs": {"type": "integer", "minimum": 0, "description": "Requests that both answered and whose truth is known. Default 300; 0: quality is not asked."},
            "quality-margin": {"type": "number", "minimum": 0, "description": "Log loss may be worse by this. Default 0.01."},
            "error-margin": {"type": "number", "minimum": 0, "maximum": 1, "description": "Share of errors may be higher by this. Default 0.01."},
            "latency-margin": {"type": "number", "minimum": 1, "description": "p99 may be higher by this factor. Default 2."},
            "score-shift": {"type": "number", "minimum": 0, "maximum": 1, "description": "Kolmogorov-Smirnov distance of the scores that counts as harm. Default 0.35."},
            "alpha": {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 0.5, "description": "Chance of a false rollback. Default 0.05."},
            "patience": {"type": "string", "description": "A stage that decides nothing for this long is rolled back. Default 7d."}}}}}}
        """;

    public object Read(SpecMap node, SpecErrors errors, Func<string, string?> files)
    {
        var specs = new List<DeploymentSpec>();
        foreach (var entry in node.Entries)
        {
            if (!IsName(entry.Name)) errors.Add(entry, $"'{entry.Name}' is no name for a deployment.", "Lower-case letters, digits and hyphens, at most 63.");
            if (entry.Value is not SpecMap map)
            {
                errors.Add(entry, $"Deployment '{entry.Name}' must hold named values.", "Give it a model at least.");
                continue;
            }
            map.AllowOnly(errors, $"Deployment '{entry.Name}'", "model", "sticky-by", "flush-before-answer", "rollout");
            specs.Add(new DeploymentSpec(entry.Name, map.RequiredText("model", errors, $"Deployment '{entry.Name}'"), ReadRollout(map.Map("rollout", errors), errors), map.Flag("flush-before-answer", errors) ?? false, map.Text("sticky-by", errors)));
        }
        return specs;
    }

    public async Task<IReadOnlyList<SpecChange>> PlanAsync(Caller caller, object spec, CancellationToken cancellationToken)
    {
        var changes = new List<SpecChange>();
        var wanted = (List<DeploymentSpec>)spec;
        var standing = (await store.ListAsync(caller.Project, cancellationToken).ConfigureAwait(false)).ToDictionary(d => d.Name);
        foreach (var one in wanted)
        {
            if (!standing.TryGetValue(one.Name, out var row)) changes.Add(new SpecChange(ChangeVerb.Create, "deployment", one.Name, []));
            else changes.Add(new SpecChange(Same(row.Spec, one) ? ChangeVerb.Keep : ChangeVerb.Change, "deployment", one.Name, Differences(row.Spec, one)));
        }
        return changes;
    }

    public async Task ApplyAsync(Caller caller, object spec, CancellationToken cancellationToken)
    {
        var changed = await database.InTransactionAsync(async (tx, token) =>
        {
            var any = false;
            foreach (var one in (List<DeploymentSpec>)spec)
            {
                var row = await store.LockAsync(tx, caller.Project, one.Name, token).ConfigureAwait(false);
                if (row is not null && Same(row.Spec, one)) continue;
                any = true;
                if (row?.Champion is not null && row.Spec.Model != one.Model)
                    throw new RefusedException(Problem.Conflict("deployment-of-another-model", $"Deployment '{one.Name}' answers with {row.Spec.Model}; it cannot become one of {one.Model}.", "Give the other model a deployment of its own."));
                var generation = await store.NextGenerationAsync(tx, token).ConfigureAwait(false);
                await store.PutSpecAsync(tx, caller.Project, one, generation, time.GetUtcMicroseconds(), token).ConfigureAwait(false);
                await journal.AppendAsync(tx, Fact.Of(caller, "deployment.applied", Subject.Deployment(one.Name), one), token).ConfigureAwait(false);
            }
            return any;
        }, cancellationToken).ConfigureAwait(false);
        if (changed) await plans.RemakeAsync(cancellationToken).ConfigureAwait(false);
    }

    private static RolloutSpec ReadRollout(SpecMap? map, SpecErrors errors)
    {
        if (map is null) return Defaults;
        map.AllowOnly(errors, "'rollout'", "stages", "min-requests", "min-pairs", "quality-margin", "error-margin", "latency-margin", "score-shift", "alpha", "patience");
        var spec = new RolloutSpec(map["stages"] is null ? Defaults.Stages : ReadStages(map, errors), map.Whole("min-requests", errors) ?? Defaults.MinRequests, map.Number("quality-margin", errors) ?? Defaults.QualityMargin,
            map.Number("error-margin", errors) ?? Defaults.ErrorMargin, map.Number("latency-margin", errors) ?? Defaults.LatencyMargin, map.Number("score-shift", errors) ?? Defaults.ScoreShift, map.Number("alpha", errors) ?? Defaults.Alpha,
            map.Whole("min-pairs", errors) ?? Defaults.MinPairs, map.Duration("patience", errors) ?? Defaults.Patience);
        Within(map, errors, "min-requests", spec.MinRequests, 1, int.MaxValue);
        Within(map, errors, "min-pairs", spec.MinPairs, 0, int.MaxValue);
        Within(map, errors, "quality-margin", spec.QualityMargin, 0, 1);
        Within(map, errors, "error-margin", spec.ErrorMargin, 0, 1);
        Within(map, errors, "latency-margin", spec.LatencyMargin, 1, 1000);
        Within(map, errors, "score-shift", spec.ScoreShift, 0, 1);
        Within(map, errors, "alpha", spec.Alpha, 1e-6, 0.5);
        return spec;
    }

    private static List<int> ReadStages(SpecMap map, SpecErrors errors)
    {
        var stages = new List<int>();
        foreach (var node in map.List("stages", errors))
        {
            var stage = node is SpecScalar s ? (s.Text == "shadow" ? 0 : int.TryParse(s.Text.TrimEnd('%'), NumberStyles.None, CultureInfo.InvariantCulture, out var percent) ? percent : -1) : -1;
            if (stage is < 0 or > 100 || (stages.Count > 0 && stage <= stages[^1])) errors.Add(node, "Stages are 'shadow' and percentages that rise.", "Write [shadow, 10, 50, 100].");
            stages.Add(stage);
        }
        if (stages.Count == 0 || stages[^1] != 100) errors.Add(map["stages"]!, "The last stage is 100.", "Write [shadow, 10, 50, 100].");
        return stages;
    }

    private static void Within(SpecMap map, SpecErrors errors, string name, double value, double least, double most)
    {
        if (value < least || value > most) errors.Add(map[name]!, string.Create(CultureInfo.InvariantCulture, $"'{name}' must lie between {least} and {most}."));
    }

    private static bool Same(DeploymentSpec a, DeploymentSpec b) => Differences(a, b).Count == 0;

    private static List<string> Differences(DeploymentSpec was, DeploymentSpec now)
    {
        var lines = new List<string>();
        Compare("model", was.Model, now.Model);
        Compare("sticky-by", was.StickyBy, now.StickyBy);
        Compare("flush-before-answer", was.FlushBeforeAnswer, now.FlushBeforeAnswer);
        Compare("rollout.stages", string.Join(", ", was.Rollout.Stages), string.Join(", ", now.Rollout.Stages));
        Compare("rollout.min-requests", was.Rollout.MinRequests, now.Rollout.MinRequests);
        Compare("rollout.min-pairs", was.Rollout.MinPairs, now.Rollout.MinPairs);
        Compare("rollout.quality-margin", was.Rollout.QualityMargin, now.Rollout.QualityMargin);
        Compare("rollout.error-margin", was.Rollout.ErrorMargin, now.Rollout.ErrorMargin);
        Compare("rollout.latency-margin", was.Rollout.LatencyMargin, now.Rollout.LatencyMargin);
        Compare("rollout.score-shift", was.Rollout.ScoreShift, now.Rollout.ScoreShift);
        Compare("rollout.alpha", was.Rollout.Alpha, now.Rollout.Alpha);
        Compare("rollout.patience", was.Rollout.Patience, now.Rollout.Patience);
        return lines;

        void Compare<T>(string name, T old, T next)
        {
            if (!EqualityComparer<T>.Default.Equals(old, next)) lines.Add(string.Create(CultureInfo.InvariantCulture, $"{name}: {old} -> {next}"));
        }
    }

    private static bool IsName(string text) => text.Length is > 0 and <= 63 && text.All(c => c is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '-');
}
