namespace Takt.Native.DuckDb;

/// <summary>
/// A connection: one caller at a time, and one open result at a time (a new query ends the one before). <see cref="Interrupt"/> and
/// <see cref="Progress"/> may come from any thread.
/// </summary>
public sealed unsafe class DuckConnection : IDisposable
{
    private readonly ConnectionHandle handle;

    internal DuckConnection(ConnectionHandle handle) => this.handle = handle;

    internal ConnectionHandle Handle => handle;

    /// <summary>How far the query at hand is; null where none is, or where the engine cannot tell.</summary>
    public DuckProgress? Progress
    {
        get
        {
            var progress = DuckApi.QueryProgress(handle);
            return progress.Percentage < 0 ? null : new DuckProgress(progress.Percentage, progress.RowsProcessed, progress.TotalRows);
        }
    }

    /// <summary>Stops the query at hand as soon as the engine looks (milliseconds, seldom seconds).</summary>
    public void Interrupt()
    {
        if (!handle.IsClosed) DuckApi.Interrupt(handle);
    }

    /// <summary>Runs a statement, or several where there are no parameters, and gives the number of rows it changed.</summary>
    /// <param name="parameters">For <c>$1</c>, <c>$2</c> …: null, bool, int, long, float, double, string, DateTimeOffset.</param>
    /// <exception cref="DuckException">The engine's own words.</exception>
    public long Execute(string sql, params ReadOnlySpan<object?> parameters)
    {
        if (!parameters.IsEmpty)
        {
            using var statement = Prepare(sql);
            return statement.Execute(parameters);
        }
        using var result = new ResultHandle();
        if (DuckApi.Query(handle, sql, result.Native) != 0) throw DuckException.Of(DuckApi.ResultError(result.Native), DuckApi.ResultErrorType(result.Native));
        return (long)DuckApi.RowsChanged(result.Native);
    }

    /// <summary>Runs it as <see cref="Execute(string, ReadOnlySpan{object?})"/> does, and stops when the token says so.</summary>
    /// <exception cref="OperationCanceledException">The token stopped it.</exception>
    public long Execute(string sql, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var registration = Watch(cancellationToken);
        try
        {
            return Execute(sql);
        }
        catch (DuckException e) when (e.WasInterrupted && cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(e.Message, e, cancellationToken);
        }
    }

    /// <summary>Runs one query and streams what it finds, chunk by chunk: memory does not grow with the rows.</summary>
    /// <inheritdoc cref="Execute(string, ReadOnlySpan{object?})"/>
    public DuckResult Query(string sql, params ReadOnlySpan<object?> parameters) => Query(sql, CancellationToken.None, parameters);

    /// <summary>Runs one query, which the token stops for as long as the result is open.</summary>
    /// <inheritdoc cref="Execute(string, ReadOnlySpan{object?})"/>
    public DuckResult Query(string sql, CancellationToken cancellationToken, params ReadOnlySpan<object?> parameters)
    {
        using var statement = Prepare(sql);
        return statement.Query(cancellationToken, parameters);
    }

    /// <summary>Every row of a small result, as objects: for cold paths.</summary>
    public List<object?[]> Rows(string sql, CancellationToken cancellationToken = default, params ReadOnlySpan<object?> parameters)
    {
        using var result = Query(sql, cancellationToken, parameters);
        var rows = new List<object?[]>();
        while (result.Next())
        {
            for (var row = 0; row < result.Rows; row++)
            {
                var values = new object?[result.Columns.Count];
                for (var column = 0; column < values.Length; column++) values[column] = result.Column(column).Value(row);
                rows.Add(values);
            }
        }
        return rows;
    }

    /// <summary>The first column of the first row; default where there is no row or it is null. Whole numbers and decimals are converted.</summary>
    public T? Scalar<T>(string sql, params ReadOnlySpan<object?> parameters)
    {
        using var result = Query(sql, parameters);
        return result.Next() && result.Rows > 0 ? DuckValue.To<T>(result.Column(0).Value(0)) : default;
    }

    /// <summary>Prepares one statement, to be run many times.</summary>
    /// <exception cref="DuckException">It does not parse or bind.</exception>
    public DuckStatement Prepare(string sql) => DuckStatement.Prepare(this, sql);

    /// <summary>How many statements the text holds: SQL from outside must be exactly one.</summary>
    /// <exception cref="DuckException">It does not parse.</exception>
    public int CountStatements(string sql)
    {
        var count = DuckApi.ExtractStatements(handle, sql, out var extracted);
        using var _ = extracted;
        return count > 0 || extracted.IsInvalid ? (int)count : Failed(extracted);

        static int Failed(ExtractedHandle extracted)
        {
            var error = DuckApi.ExtractStatementsError(extracted);
            return error is null ? 0 : throw DuckException.Of(error);
        }
    }

    /// <summary>Appends rows to a table, fast.</summary>
    public DuckAppender Append(string table) => DuckAppender.Create(this, table);

    public void Dispose() => handle.Dispose();

    internal CancellationTokenRegistration Watch(CancellationToken cancellationToken) =>
        cancellationToken.UnsafeRegister(static connection => ((DuckConnection)connection!).Interrupt(), this);
}

/// <summary>How far a query is.</summary>
/// <param name="Percentage">0 to 100.</param>
public sealed record DuckProgress(double Percentage, ulong Rows, ulong TotalRows);
