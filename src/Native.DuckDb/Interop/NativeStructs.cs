using System.Runtime.InteropServices;

namespace Takt.Native.DuckDb;

/// <summary>duckdb_result; goes by value into duckdb_fetch_chunk.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeResult
{
    public ulong ColumnCount;
    public ulong RowCount;
    public ulong RowsChanged;
    public nint Columns;
    public nint ErrorMessage;
    public nint Internal;
}

/// <summary>duckdb_query_progress_type.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeProgress
{
    public double Percentage;
    public ulong RowsProcessed;
    public ulong TotalRows;
}

/// <summary>duckdb_string_t: up to 12 bytes lie in it, longer ones behind a pointer.</summary>
[StructLayout(LayoutKind.Explicit, Size = 16)]
internal unsafe struct NativeText
{
    private const int MostInline = 12;

    [FieldOffset(0)]
    public uint Length;

    [FieldOffset(4)]
    private fixed byte inline[MostInline];

    [FieldOffset(8)]
    private byte* pointer;

    /// <param name="text">Where it lies in the vector: the inline bytes are handed out by reference.</param>
    public static ReadOnlySpan<byte> Bytes(NativeText* text) => new(text->Length <= MostInline ? text->inline : text->pointer, (int)text->Length);
}

/// <summary>duckdb_list_entry.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeListEntry
{
    public ulong Offset;
    public ulong Length;
}
