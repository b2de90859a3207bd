using Takt.Datasets.Catalogue;
using Takt.Kernel;

namespace Takt.Datasets.Definition;

/// <summary>
/// Reads the <c>checks:</c> of a dataset: each is its kind with a column, a list of columns, or named fields:
/// <c>- not-empty: [origin, destination]</c>, <c>- between: {column: distance, min: 20, max: 5100}</c>, <c>- like-last</c>.
/// </summary>
internal static class CheckReading
{
    private static readonly string[] Known = ["column", "columns", "min", "max", "share", "tolerance", "values", "pattern", "from", "to", "within"];

    public static IReadOnlyList<CheckSpec> Read(IReadOnlyList<SpecNode> nodes, IReadOnlyList<ColumnSpec> columns, SpecErrors errors)
    {
        var checks = new List<CheckSpec>();
        foreach (var node in nodes)
        {
            foreach (var check in ReadOne(node, errors))
            {
                var mistakes = CheckRules.Mistakes(check, columns);
                foreach (var mistake in mistakes) errors.Add(node, mistake);
                if (mistakes.Count == 0) checks.Add(check);
            }
        }
        return checks;
    }

    private static IEnumerable<CheckSpec> ReadOne(SpecNode node, SpecErrors errors)
    {
        switch (node)
        {
            case SpecScalar alone:
                return [Bare(alone.Text, null)];
            case SpecMap { Entries: [{ Value: SpecScalar column } entry] }:
                return [Bare(entry.Name, column.Text)];
            case SpecMap { Entries: [{ Value: SpecList list } entry] }:
                return [.. list.Items.OfType<SpecScalar>().Select(column => Bare(entry.Name, column.Text))];
            case SpecMap { Entries: [{ Value: SpecMap fields } entry] }:
                return Fields(entry.Name, fields, errors);
            default:
                errors.Add(node, "A check is its kind with a column or with named fields.", "Write `- not-empty: origin` or `- between: {column: distance, min: 20, max: 5100}`.");
                return [];
        }
    }

    private static CheckSpec Bare(string kind, string? column) => new(kind, column, null, null, CheckRules.DefaultShare(kind), null, []);

    private static IEnumerable<CheckSpec> Fields(string kind, SpecMap map, SpecErrors errors)
    {
        map.AllowOnly(errors, $"Check '{kind}'", Known);
        var columns = map.Text("column", errors) is { } one ? [one] : map.List("columns", errors).OfType<SpecScalar>().Select(s => (string?)s.Text).ToList();
        var values = map.List("values", errors).OfType<SpecScalar>().Select(s => s.Text).ToList();
        if (map.Text("pattern", errors) is { } pattern) values.Add(pattern);
        foreach (var name in (string[])["from", "to"])
            if (map.Text(name, errors) is { } time)
                values.Add(time);
        var within = map.Duration("within", errors)?.TotalSeconds;
        var check = new CheckSpec(kind, null, map.Number("min", errors), within ?? map.Number("max", errors), map.Number("share", errors) ?? CheckRules.DefaultShare(kind),
            map.Number("tolerance", errors), values);
        return columns.Count == 0 ? [check] : columns.Select(column => check with { Column = column });
    }
}
