using System.Text;

namespace Takt.Native.DuckDb;

/// <summary>What a statement does.</summary>
public enum DuckStatementType { Invalid, Select, Insert, Update, Explain, Delete, Prepare, Create, Execute, Alter, Transaction, Copy, Analyze, VariableSet, CreateFunc, Drop, Export, Pragma, Vacuum, Call, Set, Load, Relation, Extension, LogicalPlan, Attach, Detach, Multi }

/// <summary>A prepared statement. One caller at a time.</summary>
public sealed unsafe class DuckStatement : IDisposable
{
    private readonly DuckConnection connection;
    private readonly StatementHandle handle;

    private DuckStatement(DuckConnection connection, StatementHandle handle)
    {
        this.connection = connection;
        this.handle = handle;
    }

    public DuckStatementType Type => (DuckStatementType)DuckApi.StatementType(handle);

    public int ParameterCount => (int)DuckApi.ParameterCount(handle);

    internal static DuckStatement Prepare(DuckConnection connection, string sql)
    {
        if (DuckApi.Prepare(connection.Handle, sql, out var handle) == 0) return new DuckStatement(connection, handle);
        using (handle) throw DuckException.Of(DuckApi.PrepareError(handle));
    }

    /// <inheritdoc cref="DuckConnection.Execute(string, ReadOnlySpan{object?})"/>
    public long Execute(params ReadOnlySpan<object?> parameters)
    {
        Bind(parameters);
        using var result = new ResultHandle();
        if (DuckApi.ExecutePrepared(handle, result.Native) != 0) throw DuckException.Of(DuckApi.ResultError(result.Native), DuckApi.ResultErrorType(result.Native));
        return (long)DuckApi.RowsChanged(result.Native);
    }

    /// <inheritdoc cref="DuckConnection.Query(string, ReadOnlySpan{object?})"/>
    public DuckResult Query(params ReadOnlySpan<object?> parameters) => Query(CancellationToken.None, parameters);

    /// <inheritdoc cref="DuckConnection.Query(string, CancellationToken, ReadOnlySpan{object?})"/>
    public DuckResult Query(CancellationToken cancellationToken, params ReadOnlySpan<object?> parameters)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Bind(parameters);
        var watch = connection.Watch(cancellationToken);
        var result = new ResultHandle();
        try
        {
            var failed = DuckApi.PendingPreparedStreaming(handle, out var pending) != 0;
            using (pending)
            {
                if (failed) throw DuckException.Of(DuckApi.PendingError(pending));
                if (DuckApi.ExecutePending(pending, result.Native) != 0) throw DuckException.Of(DuckApi.ResultError(result.Native), DuckApi.ResultErrorType(result.Native));
            }
            return new DuckResult(result, watch, cancellationToken);
        }
        catch (Exception e)
        {
            watch.Dispose();
            result.Dispose();
            if (e is DuckException { WasInterrupted: true } && cancellationToken.IsCancellationRequested) throw new OperationCanceledException(e.Message, e, cancellationToken);
            throw;
        }
    }

    public void Dispose() => handle.Dispose();

    private void Bind(ReadOnlySpan<object?> parameters)
    {
        if (parameters.Length != ParameterCount) throw new DuckException($"The statement takes {ParameterCount} parameters, not {parameters.Length}.");
        for (var i = 0; i < parameters.Length; i++)
            if (Bind((ulong)i + 1, parameters[i]) != 0)
                throw new DuckException($"Parameter ${i + 1} could not be bound.");
    }

    private int Bind(ulong index, object? value) => value switch
    {
        null => DuckApi.BindNull(handle, index),
        bool flag => DuckApi.BindBoolean(handle, index, flag ? (byte)1 : (byte)0),
        int number => DuckApi.BindInt64(handle, index, number),
        long number => DuckApi.BindInt64(handle, index, number),
        float number => DuckApi.BindDouble(handle, index, number),
        double number => DuckApi.BindDouble(handle, index, number),
        DateTimeOffset time => DuckApi.BindTimestamp(handle, index, DuckValue.Microseconds(time)),
        string text => BindText(index, text),
        _ => throw new ArgumentException($"A parameter of type {value.GetType().Name} is not supported.", nameof(value)),
    };

    private int BindText(ulong index, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        fixed (byte* start = bytes) return DuckApi.BindText(handle, index, start is null ? (byte*)1 : start, (ulong)bytes.Length);
    }
}
