using Takt.Native.DuckDb;

namespace Takt.Datasets.Engine;

/// <summary>The five types of a dataset's columns, and how the engine keeps them.</summary>
internal static class ColumnTypes
{
    public const string Integer = "integer", Number = "number", Text = "text", Timestamp = "timestamp", Boolean = "boolean";

    public static readonly IReadOnlyList<string> All = [Integer, Number, Text, Timestamp, Boolean];

    /// <summary>What a delivered column is; null where it is nothing that a dataset keeps (lists, structures, blobs).</summary>
    public static string? Of(DuckType type) => type switch
    {
        DuckType.TinyInt or DuckType.SmallInt or DuckType.Integer or DuckType.BigInt or DuckType.UTinyInt or DuckType.USmallInt or DuckType.UInteger
            or DuckType.UBigInt or DuckType.HugeInt or DuckType.UHugeInt => Integer,
        DuckType.Float or DuckType.Double or DuckType.Decimal => Number,
        DuckType.Varchar or DuckType.Enum or DuckType.Uuid => Text,
        DuckType.Date or DuckType.Timestamp or DuckType.TimestampTz or DuckType.TimestampSeconds or DuckType.TimestampMilliseconds or DuckType.TimestampNanoseconds => Timestamp,
        DuckType.Boolean => Boolean,
        _ => null,
    };

    /// <summary>How it lies in a part.</summary>
    public static string Sql(string type) => type switch
    {
        Integer => "BIGINT",
        Number => "DOUBLE",
        Text => "VARCHAR",
        Timestamp => "TIMESTAMP",
        Boolean => "BOOLEAN",
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "No type of a dataset's column."),
    };

    /// <summary>May a column that came as <paramref name="came"/> stand for <paramref name="declared"/> without losing anything?</summary>
    public static bool Fits(string came, string declared) => came == declared || (came == Integer && declared == Number);
}
