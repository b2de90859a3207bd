namespace Takt.Datasets;

/// <summary>What was asked of a dataset: the <c>datasets:</c> entry of takt.yaml.</summary>
/// <param name="Name">Lower-case letters, digits and hyphens.</param>
/// <param name="Owner">Whom to ask.</param>
/// <param name="Purpose">What it is for.</param>
/// <param name="Access">Its class: <c>public</c>, <c>internal</c>, <c>confidential</c>, <c>personal</c>.</param>
/// <param name="TimeColumn">When the thing a row speaks of happened; null where rows have no time.</param>
/// <param name="Columns">Declared columns and their types (<c>integer</c>, <c>number</c>, <c>text</c>, <c>timestamp</c>, <c>boolean</c>); empty: whatever arrives first.</param>
/// <param name="Checks">What each delivery must satisfy.</param>
public sealed record DatasetSpec(string Name, string Owner, string Purpose, string Access, string? TimeColumn,
    IReadOnlyList<ColumnSpec> Columns, IReadOnlyList<CheckSpec> Checks);

/// <summary>A column's name and type.</summary>
public sealed record ColumnSpec(string Name, string Type);

/// <summary>One expectation of a delivery. Which fields count depends on <paramref name="Kind"/>; Quality reads and runs it.</summary>
/// <param name="Kind"><c>not-empty</c>, <c>between</c>, <c>one-of</c>, <c>unique</c>, <c>rows</c>, <c>mean</c>, <c>matches</c>, <c>fresh</c>, <c>like-last</c>.</param>
/// <param name="Column">Null for those that speak of the whole delivery.</param>
/// <param name="Min">Inclusive lower bound.</param>
/// <param name="Max">Inclusive upper bound; for <c>fresh</c> the age in seconds.</param>
/// <param name="Share">Least share of rows that must satisfy it, 0 to 1; 1 where not given.</param>
/// <param name="Tolerance">Relative, for comparisons with the last version.</param>
/// <param name="Values">For <c>one-of</c>; for <c>matches</c> the one pattern; for <c>between</c> on times the earliest and the latest, ISO 8601.</param>
public sealed record CheckSpec(string Kind, string? Column, double? Min, double? Max, double Share, double? Tolerance, IReadOnlyList<string> Values);
