namespace Takt.Trainers;

/// <summary>One input of the model: what it is called when served, and how its past values are read.</summary>
public sealed record FeatureSpec
{
    /// <summary>The model's input.</summary>
    public required string Name { get; init; }

    /// <summary>SQL over the data's columns, e.g. <c>hour(date)</c>. Default: the column of that name.</summary>
    public string? Sql { get; init; }

    /// <summary>Default number.</summary>
    public FeatureKind Kind { get; init; }

    /// <summary>As served. Default: text for a category, int64 for a level, and for a number int64 where the SQL gives whole numbers, else float.</summary>
    public InputType? Type { get; init; }

    /// <summary>For a category: how many rows of the general rate are mixed into its own. Default 20.</summary>
    public double Smoothing { get; init; } = 20;

    internal string Expression => Sql ?? $"\"{Name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}

public enum FeatureKind
{
    /// <summary>Taken as it is. Missing values (null) become the mean of the training rows.</summary>
    Number,

    /// <summary>Text, replaced by the rate of its label among training rows, smoothed towards the general rate; what training never saw counts as average.</summary>
    Category,

    /// <summary>A small set of whole numbers (hour, weekday). A logistic model learns a weight for each; trees take it as a number.</summary>
    Level,
}

public enum InputType { Float, Int64, String }
