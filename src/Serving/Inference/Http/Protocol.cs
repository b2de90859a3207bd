using Takt.Native.OnnxRuntime;

namespace Takt.Serving;

/// <summary>Words of the Open Inference Protocol.</summary>
internal static class Protocol
{
    public static string Datatype(OnnxElement element) => element switch
    {
        OnnxElement.Float => "FP32",
        OnnxElement.Double => "FP64",
        OnnxElement.Float16 => "FP16",
        OnnxElement.Int64 => "INT64",
        OnnxElement.Int32 => "INT32",
        OnnxElement.Int16 => "INT16",
        OnnxElement.Int8 => "INT8",
        OnnxElement.UInt64 => "UINT64",
        OnnxElement.UInt32 => "UINT32",
        OnnxElement.UInt16 => "UINT16",
        OnnxElement.UInt8 => "UINT8",
        OnnxElement.Bool => "BOOL",
        OnnxElement.String => "BYTES",
        _ => "UNKNOWN",
    };

    /// <summary>A client's word for what it sends. Numbers of one type are read into another where they fit; texts and numbers never mix.</summary>
    public static bool Fits(ReadOnlySpan<byte> datatype, bool text) =>
        text ? datatype.SequenceEqual("BYTES"u8) : Numeric(datatype);

    private static bool Numeric(ReadOnlySpan<byte> datatype) =>
        datatype.SequenceEqual("FP32"u8) || datatype.SequenceEqual("FP64"u8) || datatype.SequenceEqual("INT64"u8) || datatype.SequenceEqual("INT32"u8)
        || datatype.SequenceEqual("BOOL"u8) || datatype.SequenceEqual("INT16"u8) || datatype.SequenceEqual("INT8"u8) || datatype.SequenceEqual("UINT8"u8)
        || datatype.SequenceEqual("UINT16"u8) || datatype.SequenceEqual("UINT32"u8) || datatype.SequenceEqual("UINT64"u8) || datatype.SequenceEqual("FP16"u8);
}
