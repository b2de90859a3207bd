namespace Takt.Native.DuckDb;

/// <summary>Writes names and texts into SQL where the engine takes no parameter (file names of COPY, identifiers).</summary>
public static class DuckSql
{
    /// <summary>A text literal: <c>'it''s'</c>.</summary>
    public static string Text(string value) =>
        value.Contains('\0', StringComparison.Ordinal)
            ? throw new ArgumentException("A text with a NUL inside cannot be written in SQL.", nameof(value))
            : $"'{value.Replace("'", "''", StringComparison.Ordinal)}'";

    /// <summary>A quoted identifier: <c>"name"</c>.</summary>
    public static string Name(string value) =>
        value.Contains('\0', StringComparison.Ordinal)
            ? throw new ArgumentException("A name with a NUL inside cannot be written in SQL.", nameof(value))
            : $"\"{value.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <summary>A table function over Parquet files that all have the same columns: <c>read_parquet(['a', 'b'])</c>.</summary>
    public static string Parquet(params IReadOnlyList<string> files) => $"read_parquet([{string.Join(", ", files.Select(Text))}])";
}
