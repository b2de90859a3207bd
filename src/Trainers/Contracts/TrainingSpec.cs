using System.Text.Json;
using System.Text.Json.Serialization;

namespace Takt.Trainers;

/// <summary>What <c>takt train</c> is asked to do. JSON in snake_case; unknown keys are refused.</summary>
public sealed record TrainingSpec
{
    /// <summary>Parquet files, read in this order as one table. The order is part of what is asked: another order may give another model.</summary>
    public required IReadOnlyList<string> Data { get; init; }

    /// <summary>The column that says when a row happened (TIMESTAMP, DATE or TIMESTAMPTZ). Rows are split by it.</summary>
    public required string Time { get; init; }

    /// <summary>Rows from this time on (UTC, inclusive); null: from the first.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Rows before this time only (UTC, exclusive); null: to the last.</summary>
    public DateTimeOffset? Cutoff { get; init; }

    /// <summary>SQL that says which rows count, e.g. <c>distance > 0</c>; null: all.</summary>
    public string? Where { get; init; }

    /// <summary>SQL that is true where the event happened, e.g. <c>delay > 15</c>. Rows where it is null have no truth yet and are left out (and counted).</summary>
    public required string Label { get; init; }

    /// <summary>The model's inputs, in order.</summary>
    public required IReadOnlyList<FeatureSpec> Features { get; init; }

    /// <summary>The last part in time, which the measured model does not see: a share (<c>0.2</c>) or a duration (<c>"3d"</c>, <c>"12h"</c>). Default 0.2.</summary>
    [JsonConverter(typeof(HoldoutConverter))]
    public Holdout Holdout { get; init; } = new(0.2, null);

    /// <summary>Once measured on the held-out rows, is the model trained again on all rows? Default true: what happened last is often what matters most.</summary>
    public bool Refit { get; init; } = true;

    /// <summary>Default boosted trees.</summary>
    public Algorithm Algorithm { get; init; } = Algorithm.BoostedTrees;

    public LogisticParams Logistic { get; init; } = new();

    public BoostedTreesParams BoostedTrees { get; init; } = new();

    /// <summary>Default 1. Used by <see cref="ShuffleLabels"/> and <see cref="MaxRows"/>; training itself draws nothing.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>More rows than this are thinned by a seeded hash of their position; null: all are used.</summary>
    public int? MaxRows { get; init; }

    /// <summary>Deals the labels out anew by the seed: a model that has learnt nothing, to try a gate with.</summary>
    public bool ShuffleLabels { get; init; }

    /// <summary>Default: the processors at hand. Has no influence on the model.</summary>
    public int? Threads { get; init; }

    /// <summary>What DuckDB may take. Default 1024 MiB.</summary>
    public int MemoryMiB { get; init; } = 1024;

    /// <summary>What <c>takt evaluate</c> and <c>takt train</c> read their JSON with.</summary>
    public static JsonSerializerOptions Json { get; } = SpecJson.Make();

    /// <exception cref="TrainingException">It is no such spec; the message names the place.</exception>
    public static TrainingSpec Read(string path) => SpecJson.Read<TrainingSpec>(path, Json);
}

public enum Algorithm { Logistic, BoostedTrees }

/// <param name="Share">Of the rows, in (0, 0.9]; null where a duration is given.</param>
/// <param name="Duration">Up to the last row's time; null where a share is given.</param>
public sealed record Holdout(double? Share, TimeSpan? Duration);
