using System.Globalization;
using System.Text;
using Npgsql;

namespace Takt.Tracking.MLflow;

/// <summary>SQL put together from our own literals and numbered parameters. What a client wrote goes into <see cref="Value"/> alone.</summary>
public sealed class SqlText(string start)
{
    private readonly StringBuilder text = new(start, 1024);
    private readonly List<NpgsqlParameter> values = [];

    /// <param name="literal">Ours, never a client's.</param>
    public SqlText Add(string literal)
    {
        text.Append(literal);
        return this;
    }

    /// <summary>A parameter.</summary>
    public SqlText Value<T>(T value)
    {
        values.Add(new NpgsqlParameter<T> { TypedValue = value });
        text.Append('$').Append(values.Count.ToString(CultureInfo.InvariantCulture));
        return this;
    }

    /// <summary>LIMIT and OFFSET stand in the text, so that they are planned for.</summary>
    public SqlText Page(int limit, long offset)
    {
        text.Append(CultureInfo.InvariantCulture, $" LIMIT {limit} OFFSET {offset}");
        return this;
    }

    public async Task<List<T>> ListAsync<T>(NpgsqlDataSource source, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand(text.ToString());
        foreach (var value in values) command.Parameters.Add(value);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false)) rows.Add(read(reader));
        return rows;
    }
}
