using Takt.Native.DuckDb;

namespace Takt.Trainers;

/// <summary>The held-out rows as Parquet: when, the inputs as served (each with <c>in_</c> before its name, as in the inference log), what the exported model answers, what a model that had not seen them answered, the truth.</summary>
internal static class ValidationRows
{
    public static void Write(string path, Frame frame, int from, float[] scores, float[] unseen, RowSource source)
    {
        using var database = DuckDatabase.OpenInMemory(new DuckLimits { Folders = [Path.GetDirectoryName(path)!], MemoryMegabytes = source.MemoryMiB, Threads = 1 });
        using var connection = database.Connect();
        var inputs = frame.Columns.Select(c => $"{DuckSql.Name("in_" + c.Name)} {c.Type switch { InputType.String => "VARCHAR", InputType.Int64 => "BIGINT", _ => "FLOAT" }}");
        connection.Execute($"CREATE TABLE validation (event_time TIMESTAMP, {string.Join(", ", inputs)}, score FLOAT, unseen_score FLOAT, label TINYINT)");
        using (var rows = connection.Append("validation"))
        {
            for (var i = 0; i < scores.Length; i++)
            {
                rows.Append(StepFiles.Time(frame.Times[from + i]));
                foreach (var column in frame.Columns) Append(rows, column, from + i);
                rows.Append(scores[i]);
                rows.Append(unseen[i]);
                rows.Append((long)frame.Labels[from + i]);
                rows.EndRow();
            }
            rows.Complete();
        }
        connection.Execute($"COPY validation TO {DuckSql.Text(path)} (FORMAT parquet, COMPRESSION zstd)");
    }

    private static void Append(DuckAppender rows, Column column, int row)
    {
        if (column is CategoryColumn category)
        {
            rows.Append(category.Texts[category.Codes[row]]);
            return;
        }
        var value = ((NumberColumn)column).Values[row];
        if (float.IsNaN(value)) rows.AppendNull();
        else if (column.Type == InputType.Int64) rows.Append((long)value);
        else rows.Append(value);
    }
}
