namespace Takt.Native.DuckDb;

/// <summary>A column of a result.</summary>
/// <param name="Scale">Digits after the point of a <see cref="DuckType.Decimal"/>.</param>
/// <param name="Item">What a <see cref="DuckType.List"/> is a list of.</param>
public sealed record DuckColumn(string Name, DuckType Type, byte Scale = 0, DuckColumn? Item = null)
{
    /// <summary>How a decimal lies in memory; else <see cref="Type"/> itself.</summary>
    internal DuckType Stored { get; init; }

    internal static DuckColumn Of(string name, LogicalTypeHandle type)
    {
        var id = (DuckType)DuckApi.TypeId(type);
        if (id == DuckType.Decimal) return new DuckColumn(name, id, DuckApi.DecimalScale(type)) { Stored = (DuckType)DuckApi.DecimalInternalType(type) };
        if (id != DuckType.List) return new DuckColumn(name, id) { Stored = id };
        using var item = DuckApi.ListChildType(type);
        return new DuckColumn(name, id, 0, Of("item", item)) { Stored = id };
    }
}
