namespace Takt.Native.OnnxRuntime;

/// <summary>The type of a tensor's elements, numbered as the engine numbers them. Types that Takt does not move are listed so that they can be named.</summary>
public enum OnnxElement
{
    /// <summary>Not a tensor (a sequence, a map), or a type without a name here.</summary>
    None = 0,
    Float = 1,
    UInt8 = 2,
    Int8 = 3,
    UInt16 = 4,
    Int16 = 5,
    Int32 = 6,
    Int64 = 7,
    String = 8,
    Bool = 9,
    Float16 = 10,
    Double = 11,
    UInt32 = 12,
    UInt64 = 13,
}
