using System.Globalization;
using Takt.Kernel;
using Takt.Trainers;

namespace Takt.Pipelines.Specs;

/// <summary>The params that a run was given, checked against what its pipeline knows.</summary>
internal sealed record RunParams(IReadOnlyDictionary<string, string> Given)
{
    /// <summary>What every pipeline with a built-in train step knows, beside its own.</summary>
    private static readonly string[] ofTraining = ["cutoff", "shuffle_labels", "algorithm", "seed"];

    /// <summary>Rows before it are trained on.</summary>
    public DateTimeOffset? Cutoff => Given.TryGetValue("cutoff", out var text) && TryTime(text, out var time) ? time : null;

    public static IReadOnlyList<string> Known(PipelineSpec pipeline) =>
        [.. pipeline.Params.Keys, .. pipeline.Steps.Any(s => s is TrainStepSpec) ? ofTraining.Except(pipeline.Params.Keys) : []];

    public static Outcome<RunParams> Read(PipelineSpec pipeline, IReadOnlyDictionary<string, string> given)
    {
        var known = Known(pipeline);
        var findings = given.Keys.Where(name => !known.Contains(name)).Select(name => $"There is no param '{name}'.").ToList();
        var all = pipeline.Params.Where(p => p.Value.Length > 0).ToDictionary(p => p.Key, p => p.Value);
        foreach (var (name, value) in given)
        {
            all[name] = value;
            var wrong = name switch
            {
                _ when value.Length > 1000 => "is longer than 1,000 characters",
                "cutoff" when !TryTime(value, out _) => "is no date or time: write 2001-02-22, or 2001-02-22T06:00:00Z",
                "shuffle_labels" when value is not ("true" or "false") => "must be true or false",
                "algorithm" when !TryAlgorithm(value, out _) => "is no algorithm: write boosted-trees or logistic",
                "seed" when !int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out _) => "must be a whole number",
                _ => null
            };
            if (wrong is not null) findings.Add($"'{name}' is '{(value.Length > 60 ? value[..60] + "…" : value)}' and {wrong}.");
        }
        if (findings.Count == 0) return new RunParams(all);
        return Problem.Invalid("pipeline-param-invalid", $"Pipeline '{pipeline.Name}' cannot run with these params: {string.Join(' ', findings)}",
            known.Count == 0 ? "It takes none." : $"It knows: {string.Join(", ", known)}.") with
        { Findings = findings };
    }

    /// <summary>The training as this run wants it.</summary>
    public TrainingSpec Apply(TrainingSpec training)
    {
        if (Given.TryGetValue("algorithm", out var word) && TryAlgorithm(word, out var algorithm)) training = training with { Algorithm = algorithm };
        if (Given.TryGetValue("seed", out var seed)) training = training with { Seed = int.Parse(seed, CultureInfo.InvariantCulture) };
        return training with { ShuffleLabels = Given.GetValueOrDefault("shuffle_labels") == "true" };
    }

    /// <summary>A date, or a time that is UTC unless it says otherwise.</summary>
    public static bool TryTime(string text, out DateTimeOffset time) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out time) && text.Length >= 10 && char.IsAsciiDigit(text[0]);

    private static bool TryAlgorithm(string text, out Algorithm algorithm) =>
        Enum.TryParse(text.Replace("-", "", StringComparison.Ordinal), ignoreCase: true, out algorithm) && !char.IsAsciiDigit(text[0]);
}
