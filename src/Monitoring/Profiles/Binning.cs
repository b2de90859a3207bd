using System.Globalization;
using System.Text;
using Takt.Native.DuckDb;

namespace Takt.Monitoring;

/// <summary>SQL that puts a column's values into the reference's bins.</summary>
internal static class Binning
{
    /// <summary>
    /// The bin's number, by a binary tree of comparisons: six for 50 bins, on vectors. Both sides go through 32-bit floats, since the inference log keeps those and
    /// the trainer may not: else a value on an edge would change its bin by rounding alone.
    /// </summary>
    public static string Number(string column, ReadOnlySpan<float> edges)
    {
        var value = $"CAST({column} AS FLOAT)";
        var sql = new StringBuilder($"CASE WHEN {value} IS NULL OR isnan({value}) THEN {edges.Length + 1} ELSE ");
        Tree(sql, value, edges, 0, edges.Length);
        return sql.Append(" END").ToString();
    }

    public static string Files(IReadOnlyList<string> paths) => $"read_parquet([{string.Join(", ", paths.Select(DuckSql.Text))}], union_by_name = true)";

    private static void Tree(StringBuilder sql, string value, ReadOnlySpan<float> edges, int low, int high)
    {
        if (low == high)
        {
            sql.Append(low.ToString(CultureInfo.InvariantCulture));
            return;
        }
        var middle = (low + high) / 2;
        sql.Append("CASE WHEN ").Append(value).Append(" <= CAST('").Append(edges[middle].ToString("R", CultureInfo.InvariantCulture)).Append("' AS FLOAT) THEN ");
        Tree(sql, value, edges, low, middle);
        sql.Append(" ELSE ");
        Tree(sql, value, edges, middle + 1, high);
        sql.Append(" END");
    }
}
