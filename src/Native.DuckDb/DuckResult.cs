using System.Runtime.InteropServices;

namespace Takt.Native.DuckDb;

/// <summary>
/// What a query finds, streamed in chunks of at most 2,048 rows:
/// <c>while (result.Next()) for (var row = 0; row &lt; result.Rows; row++) …</c>. Nothing is allocated for a row or a chunk. Not thread-safe.
/// </summary>
public sealed unsafe class DuckResult : IDisposable
{
    private readonly ResultHandle handle;
    private readonly CancellationTokenRegistration watch;
    private readonly CancellationToken cancellationToken;
    private readonly DuckColumn[] columns;
    private nint chunk;
    private bool disposed;

    internal DuckResult(ResultHandle handle, CancellationTokenRegistration watch, CancellationToken cancellationToken)
    {
        this.handle = handle;
        this.watch = watch;
        this.cancellationToken = cancellationToken;
        columns = new DuckColumn[DuckApi.ColumnCount(handle.Native)];
        for (var i = 0; i < columns.Length; i++)
        {
            using var type = DuckApi.ColumnLogicalType(handle.Native, (ulong)i);
            columns[i] = DuckColumn.Of(Marshal.PtrToStringUTF8((nint)DuckApi.ColumnName(handle.Native, (ulong)i)) ?? "", type);
        }
    }

    public IReadOnlyList<DuckColumn> Columns => columns;

    /// <summary>Rows in the chunk at hand.</summary>
    public int Rows { get; private set; }

    /// <summary>Goes on to the next chunk; false at the end.</summary>
    /// <exception cref="DuckException">The query failed on its way.</exception>
    /// <exception cref="OperationCanceledException">The token stopped it.</exception>
    public bool Next()
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        Drop();
        chunk = DuckApi.FetchChunk(*handle.Native);
        if (chunk != 0)
        {
            Rows = (int)DuckApi.ChunkSize(chunk);
            return Rows > 0;
        }
        var error = DuckApi.ResultError(handle.Native);
        if (error is null) return false;
        var failure = DuckException.Of(error, DuckApi.ResultErrorType(handle.Native));
        if (failure.WasInterrupted && cancellationToken.IsCancellationRequested) throw new OperationCanceledException(failure.Message, failure, cancellationToken);
        throw failure;
    }

    /// <summary>A column of the chunk at hand; valid until <see cref="Next"/> or <see cref="Dispose"/>.</summary>
    public DuckVector Column(int index)
    {
        if (chunk == 0) throw new InvalidOperationException("There is no chunk at hand: call Next first.");
        return new DuckVector(DuckApi.ChunkVector(chunk, (ulong)index), Rows, columns[index]);
    }

    public void Dispose()
    {
        if (disposed) return;
        disposed = true;
        watch.Dispose();
        Drop();
        handle.Dispose();
    }

    private void Drop()
    {
        Rows = 0;
        if (chunk != 0) DuckApi.DestroyChunk(ref chunk);
        chunk = 0;
    }
}
