using System.Globalization;

namespace Takt.Tracking.MLflow;

/// <summary>Turns clauses into conditions. Columns and tables are ours; keys and values are parameters.</summary>
public static class SearchSql
{
    /// <summary>A condition on a text column.</summary>
    public static void Text(SqlText sql, string column, MLflowClause clause)
    {
        switch (clause.Comparator)
        {
            case "IS NULL" or "IS NOT NULL": sql.Add($"{column} {clause.Comparator}"); return;
            case "IN": sql.Add($"{column} = ANY(").Value(clause.Values.ToArray()).Add(")"); return;
            case "NOT IN": sql.Add($"NOT {column} = ANY(").Value(clause.Values.ToArray()).Add(")"); return;
            case "=" or "!=" or "LIKE" or "ILIKE": break;
            default: throw MLflowException.Invalid($"Invalid comparator '{clause.Comparator}' not one of '['!=', '=', 'ILIKE', 'IN', 'LIKE', 'NOT IN']'");
        }
        if (!clause.IsText) throw MLflowException.Invalid($"Expected a quoted string value for {clause.Entity} (e.g. 'my-value'). Got value {clause.Value}");
        sql.Add($"{column} {Sign(clause.Comparator)} ").Value(Sound(clause.Value));
        if (clause.Comparator is "LIKE" or "ILIKE") sql.Add(" ESCAPE ''"); // a backslash is a backslash
    }

    /// <summary>A condition on a whole-number column.</summary>
    public static void Whole(SqlText sql, string column, MLflowClause clause)
    {
        if (clause.Comparator is "IS NULL" or "IS NOT NULL") sql.Add($"{column} {clause.Comparator}");
        else sql.Add($"{column} {NumericSign(clause)} ").Value(Number(clause, $"numeric attribute: {clause.Key}"));
    }

    /// <summary>The number that a clause compares with.</summary>
    public static double Number(MLflowClause clause, string what) =>
        !clause.IsText && double.TryParse(clause.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && !double.IsNaN(number)
            ? number
            : throw MLflowException.Invalid($"Expected numeric value type for {what}. Found {(clause.IsText ? $"'{clause.Value}'" : clause.Value)}");

    public static string NumericSign(MLflowClause clause) => clause.Comparator is ">" or ">=" or "!=" or "=" or "<" or "<="
        ? Sign(clause.Comparator)
        : throw MLflowException.Invalid($"Invalid comparator '{clause.Comparator}' not one of '['!=', '<', '<=', '=', '>', '>=']'");

    /// <summary>A condition on a table of keys and values, e.g. tags. Without the key nothing holds, not even <c>!=</c>.</summary>
    public static void Pair(SqlText sql, string table, string ownerColumn, string owner, MLflowClause clause)
    {
        if (clause.Comparator == "IS NULL") sql.Add("NOT ");
        sql.Add($"EXISTS (SELECT FROM {table} p WHERE p.{ownerColumn} = {owner} AND p.key = ").Value(Sound(clause.Key));
        if (clause.Comparator is not ("IS NULL" or "IS NOT NULL"))
        {
            sql.Add(" AND ");
            Text(sql, "p.value", clause);
        }
        sql.Add(")");
    }

    /// <summary>PostgreSQL keeps no NUL.</summary>
    public static string Sound(string text) => text.Contains('\0', StringComparison.Ordinal) ? throw MLflowException.Invalid("The filter holds a NUL character.") : text;

    private static string Sign(string comparator) => comparator == "!=" ? "<>" : comparator;
}
