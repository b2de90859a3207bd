using Takt.Datasets;
using Takt.Native.DuckDb;

namespace Takt.Quality;

/// <summary>Makes a dataset's checks ready for what was delivered. A check that cannot be run on it (no such column, another type, a broken pattern) fails by name.</summary>
internal sealed class ExpectationList(DuckConnection connection, IReadOnlyList<DuckColumn> delivered, DatasetSpec spec, LastFigures? last, DateTimeOffset now)
{
    public IReadOnlyList<Expectation> Make() => [.. spec.Checks.SelectMany(Make)];

    private IEnumerable<Expectation> Make(CheckSpec check)
    {
        if (check.Kind == "rows") return [TableExpectations.Rows(check)];
        if (check.Kind == "like-last") return LikeLast(check);
        var name = check.Column ?? (check.Kind == "fresh" ? spec.TimeColumn : null);
        var column = delivered.FirstOrDefault(c => c.Name == name);
        if (column is null) return [Impossible(check, name is null ? "the dataset has no time column" : $"the delivery has no column '{name}'")];
        if (check.Kind is "mean" && !IsNumber(column)) return [Impossible(check, $"column '{name}' holds no numbers")];
        if (check.Kind is "between" && (check.Values.Count == 2 ? column.Type != DuckType.Timestamp : !IsNumber(column)))
            return [Impossible(check, $"column '{name}' holds {(check.Values.Count == 2 ? "no times" : "no numbers")}")];
        if (check.Kind is "fresh" && column.Type != DuckType.Timestamp) return [Impossible(check, $"column '{name}' holds no times")];
        if (check.Kind is "matches" && Broken(column, check.Values[0]) is { } why) return [Impossible(check, why)];
        return
        [
            check.Kind switch
            {
                "not-empty" => RowExpectations.NotEmpty(check, column.Type),
                "between" => RowExpectations.Between(check),
                "one-of" => RowExpectations.OneOf(check),
                "matches" => RowExpectations.Matches(check),
                "unique" => RowExpectations.Unique(check),
                "mean" => TableExpectations.Mean(check, last),
                "fresh" => TableExpectations.Fresh(check, column.Name, now),
                _ => Impossible(check, $"there is no check '{check.Kind}'"),
            },
        ];
    }

    /// <summary>For one column, or for every one that can be compared: numbers and text.</summary>
    private IEnumerable<Expectation> LikeLast(CheckSpec check)
    {
        var columns = delivered.Where(c => check.Column is null ? IsNumber(c) || c.Type == DuckType.Varchar : c.Name == check.Column).ToList();
        if (columns.Count == 0) return [Impossible(check, $"the delivery has no column '{check.Column}'")];
        return columns.Select(c => LikeLastExpectation.Of(check, new ColumnSpec(c.Name, IsNumber(c) ? "number" : "text"), last));
    }

    private string? Broken(DuckColumn column, string pattern)
    {
        if (column.Type != DuckType.Varchar) return $"column '{column.Name}' holds no text";
        try
        {
            connection.Execute($"SELECT regexp_full_match('', {DuckSql.Text(pattern)})");
            return null;
        }
        catch (DuckException e)
        {
            return $"the pattern is broken: {e.Message}";
        }
    }

    private static bool IsNumber(DuckColumn column) => column.Type is DuckType.BigInt or DuckType.Integer or DuckType.Double or DuckType.Float;

    private static Expectation Impossible(CheckSpec check, string why) => new(check, CheckWords.Of(check), [], (_, _) => new Finding(false, "a delivery that it can be run on", why));
}
