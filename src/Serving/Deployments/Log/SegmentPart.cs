using System.Globalization;
using System.Text;
using Takt.Native.DuckDb;
using Takt.Native.OnnxRuntime;

namespace Takt.Serving;

/// <summary>One deployment's rows in a closed segment, those with the same inputs, on their way into a Parquet file.</summary>
internal sealed class SegmentPart : IDisposable
{
    /// <summary>An input with more values a row becomes one text column (base64 of its little-endian bytes) instead of a column a value.</summary>
    private const int WidestAsColumns = 1024;

    private readonly DuckConnection connection;
    private readonly DuckAppender appender;
    private readonly IReadOnlyList<LoggedInput> inputs;
    private readonly string table;

    public SegmentPart(DuckConnection connection, int number, LogSchema schema)
    {
        this.connection = connection;
        Key = new DeploymentKey(schema.Project, schema.Deployment);
        inputs = schema.Inputs;
        table = string.Create(CultureInfo.InvariantCulture, $"part_{number}");
        var sql = new StringBuilder($"CREATE TABLE {table} (request_id VARCHAR, caller_id VARCHAR, deployment VARCHAR, revision INTEGER, model_version VARCHAR, model_digest VARCHAR, shadow BOOLEAN, ")
            .Append("received_at TIMESTAMP, event_time TIMESTAMP, latency_us BIGINT, status INTEGER, score FLOAT");
        foreach (var (name, type) in inputs.SelectMany(Columns)) sql.Append(CultureInfo.InvariantCulture, $", {DuckSql.Name(name)} {type}");
        connection.Execute(sql.Append(')').ToString());
        appender = connection.Append(table);
    }

    public DeploymentKey Key { get; }

    public long Rows { get; private set; }

    public long Requests { get; private set; }

    public long Errors { get; private set; }

    public long FirstEvent { get; private set; } = long.MaxValue;

    public long LastEvent { get; private set; } = long.MinValue;

    public long? LastRequestEvent { get; private set; }

    public bool Fits(LogSchema schema) => schema.Project == Key.Project && schema.Deployment == Key.Name && schema.Inputs.SequenceEqual(inputs);

    public void Add(LogSchema schema, in AnswerHead answer, ref SpanReader reader)
    {
        if (!answer.Shadow)
        {
            Requests++;
            if (answer.Status >= 500) Errors++;
            LastRequestEvent = Math.Max(LastRequestEvent ?? long.MinValue, answer.EventTime);
        }
        FirstEvent = Math.Min(FirstEvent, answer.EventTime);
        LastEvent = Math.Max(LastEvent, answer.EventTime);
        var digest = schema.Digest.ToString();
        var rows = Math.Max(1, answer.Rows);
        var scores = reader.Take(4 * answer.Rows);
        // Inputs lie one after another in the record, rows in the table: each is read where it starts.
        var values = new InputValues[inputs.Count];
        for (var i = 0; i < inputs.Count && answer.Rows > 0; i++) values[i] = InputValues.Read(inputs[i], answer.Rows, ref reader);
        for (var row = 0; row < rows; row++)
        {
            appender.Append(row == 0 ? answer.Id.ToString("N") : string.Create(CultureInfo.InvariantCulture, $"{answer.Id:N}-{row}"));
            appender.Append(answer.CallerId);
            appender.Append(schema.Deployment);
            appender.Append((long)schema.Revision);
            appender.Append(schema.ModelVersion);
            appender.Append(digest);
            appender.Append(answer.Shadow);
            appender.Append(SegmentFormat.Time(answer.Received));
            appender.Append(SegmentFormat.Time(answer.EventTime));
            appender.Append((long)answer.Latency);
            appender.Append((long)answer.Status);
            if (answer.Rows == 0) appender.AppendNull();
            else appender.Append((double)BitConverter.ToSingle(scores[(4 * row)..]));
            for (var i = 0; i < inputs.Count; i++)
            {
                if (answer.Rows == 0) AppendNulls(inputs[i]);
                else if (inputs[i].Width > WidestAsColumns) appender.Append(values[i].Base64(row));
                else values[i].Append(appender, row);
            }
            appender.EndRow();
            Rows++;
        }
    }

    /// <summary>Writes the file.</summary>
    public void Finish(string path)
    {
        appender.Complete();
        connection.Execute($"COPY {table} TO {DuckSql.Text(path)} (FORMAT parquet, COMPRESSION zstd)");
        connection.Execute($"DROP TABLE {table}");
    }

    public void Dispose() => appender.Dispose();

    private void AppendNulls(LoggedInput input)
    {
        var columns = input.Width > WidestAsColumns ? 1 : input.Width;
        for (var i = 0; i < columns; i++) appender.AppendNull();
    }

    /// <summary><c>in_NAME</c>; where an input has several values a row, <c>in_NAME_0</c>, <c>in_NAME_1</c> …</summary>
    private static IEnumerable<(string Name, string Type)> Columns(LoggedInput input)
    {
        var type = input.Element switch
        {
            OnnxElement.Float => "FLOAT",
            OnnxElement.Double => "DOUBLE",
            OnnxElement.Bool => "BOOLEAN",
            OnnxElement.String => "VARCHAR",
            OnnxElement.UInt64 => "UBIGINT",
            _ => "BIGINT",
        };
        if (input.Width == 1) return [($"in_{input.Name}", type)];
        if (input.Width > WidestAsColumns) return [($"in_{input.Name}", "VARCHAR")];
        return Enumerable.Range(0, input.Width).Select(i => (string.Create(CultureInfo.InvariantCulture, $"in_{input.Name}_{i}"), type));
    }
}
