using Takt.Datasets;

namespace Takt.Quality;

/// <summary>
/// A check made ready for SQL: the figures it needs of the delivery's rows, all fetched in one pass, and how it judges them.
/// </summary>
/// <param name="Words">The check in words.</param>
/// <param name="Figures">Aggregate expressions.</param>
/// <param name="Judge">Takes the figures and the number of rows.</param>
internal sealed record Expectation(CheckSpec Spec, string Words, IReadOnlyList<string> Figures, Func<IReadOnlyList<object?>, long, Finding> Judge)
{
    /// <summary>Rows that break it, as a condition: examples are fetched by it. Null where no single row breaks it.</summary>
    public string? Offends { get; init; }
}

/// <summary>How a check came out.</summary>
/// <param name="Offending">Rows that broke it.</param>
internal sealed record Finding(bool Passed, string Expected, string Observed, long Offending = 0);
