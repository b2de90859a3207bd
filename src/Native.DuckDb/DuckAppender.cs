using System.Buffers;
using System.Text;

namespace Takt.Native.DuckDb;

/// <summary>
/// Appends rows to a table: a value for each column in order, then <see cref="EndRow"/>; at the end <see cref="Complete"/>, which tells
/// whether the last rows went in. Not thread-safe. Nothing is allocated for a row.
/// </summary>
public sealed unsafe class DuckAppender : IDisposable
{
    private const int OnStack = 512;

    private readonly AppenderHandle handle;

    private DuckAppender(AppenderHandle handle) => this.handle = handle;

    internal static DuckAppender Create(DuckConnection connection, string table)
    {
        if (DuckApi.AppenderCreate(connection.Handle, null, table, out var handle) == 0) return new DuckAppender(handle);
        using (handle) throw handle.IsInvalid ? new DuckException($"There is no table '{table}' to append to.") : DuckException.Of(DuckApi.AppenderError(handle));
    }

    public void Append(bool value) => Check(DuckApi.AppendBool(Native, value ? (byte)1 : (byte)0));

    /// <summary>Cast to the column's type: any whole number.</summary>
    public void Append(long value) => Check(DuckApi.AppendInt64(Native, value));

    public void Append(double value) => Check(DuckApi.AppendDouble(Native, value));

    public void Append(DateTimeOffset value) => Check(DuckApi.AppendTimestamp(Native, DuckValue.Microseconds(value)));

    public void Append(string? value)
    {
        if (value is null)
        {
            AppendNull();
            return;
        }
        var most = Encoding.UTF8.GetMaxByteCount(value.Length);
        if (most <= OnStack)
        {
            Span<byte> bytes = stackalloc byte[OnStack];
            AppendUtf8(bytes[..Encoding.UTF8.GetBytes(value, bytes)]);
            return;
        }
        var rented = ArrayPool<byte>.Shared.Rent(most);
        AppendUtf8(rented.AsSpan(0, Encoding.UTF8.GetBytes(value, rented)));
        ArrayPool<byte>.Shared.Return(rented);
    }

    public void AppendUtf8(ReadOnlySpan<byte> text)
    {
        byte none;
        fixed (byte* bytes = text) Check(DuckApi.AppendText(Native, text.IsEmpty ? &none : bytes, (ulong)text.Length));
    }

    public void AppendNull() => Check(DuckApi.AppendNull(Native));

    public void EndRow() => Check(DuckApi.AppenderEndRow(Native));

    /// <summary>Makes the rows so far readable.</summary>
    public void Flush() => Check(DuckApi.AppenderFlush(handle));

    /// <summary>Writes what is left; no row may follow.</summary>
    public void Complete() => Check(DuckApi.AppenderClose(handle));

    public void Dispose() => handle.Dispose();

    private nint Native
    {
        get
        {
            ObjectDisposedException.ThrowIf(handle.IsClosed, this);
            return handle.Native;
        }
    }

    private void Check(int state)
    {
        if (state != 0) throw DuckException.Of(DuckApi.AppenderError(handle));
    }
}
