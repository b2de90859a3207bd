using System.Runtime.CompilerServices;
using System.Text;

namespace Takt.Native.DuckDb;

/// <summary>One column of a chunk, in the engine's own memory. What lies at a null row is undefined: ask <see cref="IsNull"/>.</summary>
public readonly unsafe ref struct DuckVector
{
    private readonly nint vector;
    private readonly void* data;
    private readonly ulong* validity;
    private readonly DuckColumn column;

    internal DuckVector(nint vector, int rows, DuckColumn column)
    {
        this.vector = vector;
        this.column = column;
        Length = rows;
        data = DuckApi.VectorData(vector);
        validity = DuckApi.VectorValidity(vector);
    }

    public int Length { get; }

    public DuckType Type => column.Type;

    /// <summary>Is any row null? False means that nobody need ask for each.</summary>
    public bool MayHaveNulls => validity is not null;

    public bool IsNull(int row) => validity is not null && (validity[row >> 6] >> (row & 63) & 1) == 0;

    /// <summary>The values as they lie there: <c>double</c> for Double, <c>int</c> for Integer and Date, <c>long</c> for BigInt and every timestamp …</summary>
    /// <exception cref="DuckException">The column's type lies in memory in another way.</exception>
    public ReadOnlySpan<T> Span<T>() where T : unmanaged
    {
        if (!Lies<T>()) throw new DuckException($"Column '{column.Name}' is {column.Type}, which is not {typeof(T).Name} in memory: cast it in the query.");
        return new ReadOnlySpan<T>(data, Length);
    }

    /// <summary>The bytes of a text or a blob, in place.</summary>
    public ReadOnlySpan<byte> Utf8(int row)
    {
        if (column.Type is not (DuckType.Varchar or DuckType.Blob)) throw new DuckException($"Column '{column.Name}' is {column.Type}, not text.");
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)row, (uint)Length);
        return NativeText.Bytes((NativeText*)data + row);
    }

    /// <summary>The text, or null.</summary>
    public string? Text(int row) => IsNull(row) ? null : Encoding.UTF8.GetString(Utf8(row));

    /// <summary>Where the row's items lie in <see cref="Items"/>.</summary>
    public Range Entries(int row)
    {
        if (column.Type != DuckType.List) throw new DuckException($"Column '{column.Name}' is {column.Type}, not a list.");
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)row, (uint)Length);
        var entry = ((NativeListEntry*)data)[row];
        return new Range((int)entry.Offset, (int)(entry.Offset + entry.Length));
    }

    /// <summary>The items of all rows' lists.</summary>
    public DuckVector Items => column.Item is { } item
        ? new DuckVector(DuckApi.ListVectorChild(vector), (int)DuckApi.ListVectorSize(vector), item)
        : throw new DuckException($"Column '{column.Name}' is {column.Type}, not a list.");

    /// <summary>One value as an object, for cold paths: numbers as they are (HugeInt as <see cref="Int128"/>), times as <see cref="DateTimeOffset"/> in UTC, lists as arrays; null.</summary>
    public object? Value(int row)
    {
        if (IsNull(row)) return null;
        return column.Type switch
        {
            DuckType.Boolean => Span<bool>()[row],
            DuckType.TinyInt => Span<sbyte>()[row],
            DuckType.SmallInt => Span<short>()[row],
            DuckType.Integer => Span<int>()[row],
            DuckType.BigInt => Span<long>()[row],
            DuckType.UTinyInt => Span<byte>()[row],
            DuckType.USmallInt => Span<ushort>()[row],
            DuckType.UInteger => Span<uint>()[row],
            DuckType.UBigInt => Span<ulong>()[row],
            DuckType.HugeInt => Span<Int128>()[row],
            DuckType.Float => Span<float>()[row],
            DuckType.Double => Span<double>()[row],
            DuckType.Decimal => DuckValue.Decimal(Stored(row), column.Scale),
            DuckType.Date => DateOnly.FromDayNumber(DuckValue.EpochDay + Span<int>()[row]),
            DuckType.Timestamp or DuckType.TimestampTz => DuckValue.Time(Span<long>()[row], 1),
            DuckType.TimestampSeconds => DuckValue.Time(Span<long>()[row], 1_000_000),
            DuckType.TimestampMilliseconds => DuckValue.Time(Span<long>()[row], 1_000),
            DuckType.TimestampNanoseconds => DuckValue.Time(Span<long>()[row] / 1_000, 1),
            DuckType.Varchar => Encoding.UTF8.GetString(Utf8(row)),
            DuckType.Blob => Utf8(row).ToArray(),
            DuckType.List => List(row),
            DuckType.SqlNull => null,
            _ => throw new DuckException($"Column '{column.Name}' is {column.Type}, which is not read as an object: cast it in the query."),
        };
    }

    private object?[] List(int row)
    {
        var (start, length) = Entries(row).GetOffsetAndLength(int.MaxValue);
        var items = Items;
        var values = new object?[length];
        for (var i = 0; i < length; i++) values[i] = items.Value(start + i);
        return values;
    }

    private Int128 Stored(int row) => column.Stored switch
    {
        DuckType.SmallInt => ((short*)data)[row],
        DuckType.Integer => ((int*)data)[row],
        DuckType.BigInt => ((long*)data)[row],
        _ => ((Int128*)data)[row],
    };

    private bool Lies<T>() where T : unmanaged =>
        typeof(T) == typeof(float) ? column.Stored == DuckType.Float
        : typeof(T) == typeof(double) ? column.Stored == DuckType.Double
        : typeof(T) == typeof(bool) ? column.Stored == DuckType.Boolean
        : Unsafe.SizeOf<T>() == column.Stored switch
        {
            DuckType.TinyInt or DuckType.UTinyInt => 1,
            DuckType.SmallInt or DuckType.USmallInt => 2,
            DuckType.Integer or DuckType.UInteger or DuckType.Date => 4,
            DuckType.BigInt or DuckType.UBigInt or DuckType.Time or DuckType.Timestamp or DuckType.TimestampTz or DuckType.TimestampSeconds
                or DuckType.TimestampMilliseconds or DuckType.TimestampNanoseconds => 8,
            DuckType.HugeInt or DuckType.UHugeInt or DuckType.Uuid => 16,
            _ => 0,
        };
}
