using System.Text.Json.Serialization;

namespace Takt.Trainers;

/// <summary>What <c>takt evaluate</c> is asked to do: the figures of several models on the same rows.</summary>
public sealed record EvaluationSpec
{
    /// <summary>Parquet files, read in this order as one table.</summary>
    public required IReadOnlyList<string> Data { get; init; }

    /// <summary>The column that says when a row happened.</summary>
    public required string Time { get; init; }

    /// <summary>Rows from this time on (UTC, inclusive); null: from the first.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Rows before this time only (UTC, exclusive); null: to the last.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>SQL that says which rows count; null: all.</summary>
    public string? Where { get; init; }

    /// <summary>SQL that is true where the event happened. Rows where it is null are left out.</summary>
    public required string Label { get; init; }

    /// <summary>How the models' inputs are read; each model takes those it has.</summary>
    public required IReadOnlyList<FeatureSpec> Features { get; init; }

    /// <summary>The models; the first is the candidate.</summary>
    public required IReadOnlyList<ModelFile> Models { get; init; }

    /// <summary>The model that the others are paired with. Default: the last one.</summary>
    public string? Champion { get; init; }

    /// <summary>More rows than this are thinned by a seeded hash of their position; null: all are used.</summary>
    public int? MaxRows { get; init; }

    /// <summary>Default 1.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Default: the processors at hand.</summary>
    public int? Threads { get; init; }

    /// <summary>What DuckDB may take. Default 1024 MiB.</summary>
    public int MemoryMiB { get; init; } = 1024;

    /// <exception cref="TrainingException">It is no such spec; the message names the place.</exception>
    public static EvaluationSpec Read(string path) => SpecJson.Read<EvaluationSpec>(path, TrainingSpec.Json);
}

/// <param name="Name">As it is called in the figures, e.g. <c>challenger</c>.</param>
/// <param name="Path">An ONNX file.</param>
/// <param name="Output">The output that is the probability. Default <c>probability</c>.</param>
public sealed record ModelFile(string Name, string Path, [property: JsonPropertyName("output")] string Output = "probability");
