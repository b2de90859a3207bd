namespace Takt.Trainers;

/// <summary>Which rows of which files, and what is read of each: what training and evaluation have in common.</summary>
internal sealed record RowSource(
    IReadOnlyList<string> Data,
    string Time,
    DateTimeOffset? From,
    DateTimeOffset? Until,
    string? Where,
    string Label,
    IReadOnlyList<FeatureSpec> Features,
    int? MaxRows,
    int Seed,
    int Threads,
    int MemoryMiB)
{
    public static RowSource Of(TrainingSpec spec) =>
        new(spec.Data, spec.Time, spec.From, spec.Cutoff, spec.Where, spec.Label, spec.Features, spec.MaxRows, spec.Seed, Processors(spec.Threads), spec.MemoryMiB);

    public static RowSource Of(EvaluationSpec spec) =>
        new(spec.Data, spec.Time, spec.From, spec.Until, spec.Where, spec.Label, spec.Features, spec.MaxRows, spec.Seed, Processors(spec.Threads), spec.MemoryMiB);

    /// <exception cref="TrainingException">It cannot be read as it is.</exception>
    public void Check()
    {
        if (Data.Count == 0) throw new TrainingException("data names no file: name the Parquet files to read.");
        if (Features.Count == 0) throw new TrainingException("features is empty: name at least one input.");
        if (string.IsNullOrWhiteSpace(Time)) throw new TrainingException("time is empty: name the column that says when a row happened.");
        if (string.IsNullOrWhiteSpace(Label)) throw new TrainingException("label is empty: write the SQL that is true where the event happened.");
        if (MaxRows is <= 0) throw new TrainingException($"max_rows is {MaxRows}: it must be above 0, or left out.");
        if (Until <= From) throw new TrainingException($"from ({From:u}) is not before cutoff ({Until:u}): no row can lie between them.");
        foreach (var file in Data)
            if (!File.Exists(file)) throw new TrainingException($"The data file {file} does not exist: name Parquet files, not folders or patterns.");
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase); // as SQL does
        foreach (var feature in Features)
        {
            if (string.IsNullOrWhiteSpace(feature.Name)) throw new TrainingException("A feature has an empty name: each input needs one.");
            if (!names.Add(feature.Name)) throw new TrainingException($"Two features are called '{feature.Name}': each input needs a name of its own.");
            if (feature.Sql is not null && string.IsNullOrWhiteSpace(feature.Sql)) throw new TrainingException($"Feature '{feature.Name}' has an empty sql: write an expression, or leave sql out for the column of that name.");
            if (feature.Smoothing < 0 || !double.IsFinite(feature.Smoothing)) throw new TrainingException($"Feature '{feature.Name}' has a smoothing of {feature.Smoothing}: it must be 0 or more.");
            if (feature.Kind == FeatureKind.Category && feature.Type is not (null or InputType.String)) throw new TrainingException($"Feature '{feature.Name}' is a category, which is served as a string: leave its type out.");
            if (feature.Kind != FeatureKind.Category && feature.Type == InputType.String) throw new TrainingException($"Feature '{feature.Name}' has type string: give it kind category, or a number's type.");
            if (feature.Kind == FeatureKind.Level && feature.Type == InputType.Float) throw new TrainingException($"Feature '{feature.Name}' is a level, which is served as int64: leave its type out, or make it a number.");
        }
    }

    private static int Processors(int? asked) => Math.Clamp(asked ?? Environment.ProcessorCount, 1, 64);
}
