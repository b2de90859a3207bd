using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;

namespace Takt.Native.OnnxRuntime;

/// <summary>
/// One value of a lane. Numbers lie in native memory that the engine reads and writes in place; texts go in and out by copy.
/// Not thread-safe, and a span is valid only until the lane's next <see cref="OnnxLane.SetRows"/> or <see cref="OnnxLane.Dispose"/>.
/// </summary>
public sealed unsafe class OnnxTensor : IDisposable
{
    private readonly ValueHandle value = new(null);
    private readonly bool madeByEngine;
    private void* buffer;
    private nuint capacity;
    private long[] shape = [];
    private bool disposed;

    internal OnnxTensor(OnnxPort port, bool madeByEngine)
    {
        Port = port;
        this.madeByEngine = madeByEngine;
    }

    /// <summary>What the model declares.</summary>
    public OnnxPort Port { get; }

    public OnnxElement Element => Port.Element;

    /// <summary>The shape as it is now: every dimension known.</summary>
    public ReadOnlySpan<long> Shape => shape;

    /// <summary>Elements in the tensor, over all dimensions.</summary>
    public int Count { get; private set; }

    internal bool MadeByEngine => madeByEngine;

    internal void* Pointer => value.Pointer;

    /// <summary>The elements, row after row.</summary>
    /// <exception cref="OnnxException">The tensor's elements are of another type.</exception>
    public Span<T> Span<T>() where T : unmanaged
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        if (ElementOf<T>() != Element) throw new OnnxException(2, $"'{Port.Name}' holds {Element}, not {typeof(T).Name}.");
        return new Span<T>(buffer, Count);
    }

    /// <summary>Fills a tensor of texts.</summary>
    /// <exception cref="OnnxException">Not a tensor of texts, another number of texts than elements, or a text with a NUL inside (the engine would cut it there).</exception>
    public void SetStrings(ReadOnlySpan<string> texts)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        if (Element != OnnxElement.String) throw new OnnxException(2, $"'{Port.Name}' holds {Element}, not texts.");
        if (texts.Length != Count) throw new OnnxException(2, $"'{Port.Name}' takes {Count} texts, not {texts.Length}.");
        nuint bytes = 0;
        foreach (var text in texts)
        {
            if (text.Contains('\0', StringComparison.Ordinal)) throw new OnnxException(2, $"A text for '{Port.Name}' has a NUL inside.");
            bytes += (nuint)Encoding.UTF8.GetByteCount(text) + 1;
        }
        // One native block, kept for the next call: the pointers first, the zero-terminated texts after them.
        var pointers = (nuint)(texts.Length * sizeof(byte*));
        Reserve(pointers + bytes);
        var heads = (byte**)buffer;
        var at = (byte*)buffer + pointers;
        for (var i = 0; i < texts.Length; i++)
        {
            heads[i] = at;
            at += Encoding.UTF8.GetBytes(texts[i], new Span<byte>(at, checked((int)bytes)));
            *at++ = 0;
        }
        Ort.FillStrings(value.Pointer, heads, (nuint)texts.Length);
    }

    /// <summary>Copies the texts out.</summary>
    public string[] GetStrings()
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        if (Element != OnnxElement.String) throw new OnnxException(2, $"'{Port.Name}' holds {Element}, not texts.");
        if (Count == 0) return [];
        var length = checked((int)Ort.Read<nuint>(Slot.GetStringTensorDataLength, value.Pointer));
        var texts = new string[Count];
        var content = ArrayPool<byte>.Shared.Rent(length + 1);
        var offsets = ArrayPool<nuint>.Shared.Rent(Count);
        try
        {
            fixed (byte* bytes = content)
            fixed (nuint* starts = offsets)
                Ort.ReadStrings(value.Pointer, bytes, (nuint)length, starts, (nuint)Count);
            for (var i = 0; i < Count; i++)
            {
                var end = i + 1 < Count ? (int)offsets[i + 1] : length;
                texts[i] = Encoding.UTF8.GetString(content, (int)offsets[i], end - (int)offsets[i]);
            }
            return texts;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(content);
            ArrayPool<nuint>.Shared.Return(offsets);
        }
    }

    /// <summary>Gives the tensor this shape; memory grows where it must and is kept where it may.</summary>
    internal void Prepare(long[] wanted, MemoryInfoHandle memory)
    {
        if (madeByEngine) return;
        Measure(wanted);
        if (Element == OnnxElement.String)
        {
            value.Adopt(Ort.CreateStringTensor(shape));
            return;
        }
        var bytes = (nuint)Count * Size(Element);
        Reserve(Math.Max(bytes, 1));
        value.Adopt(Ort.CreateTensor(memory.Pointer, buffer, bytes, shape, Element));
    }

    /// <summary>Takes what the engine made in a run.</summary>
    internal void Adopt(void* made)
    {
        value.Adopt(made);
        using var info = new TensorInfoHandle(Ort.Get(Slot.GetTensorTypeAndShape, made));
        Measure(Ort.Dimensions(info.Pointer));
        buffer = Element == OnnxElement.String ? null : Ort.Get(Slot.GetTensorMutableData, made);
    }

    /// <summary>The lane's to call.</summary>
    void IDisposable.Dispose()
    {
        if (disposed) return;
        disposed = true;
        value.Dispose();
        if (!madeByEngine) NativeMemory.Free(buffer);
        buffer = null;
        Count = 0;
    }

    private void Measure(long[] now)
    {
        shape = now;
        long count = 1;
        foreach (var dimension in now) count = checked(count * dimension);
        Count = checked((int)count);
    }

    private void Reserve(nuint bytes)
    {
        if (bytes <= capacity) return;
        NativeMemory.Free(buffer);
        buffer = null;
        buffer = NativeMemory.AllocZeroed(bytes);
        capacity = bytes;
    }

    private static nuint Size(OnnxElement element) => element switch
    {
        OnnxElement.Bool or OnnxElement.UInt8 or OnnxElement.Int8 => 1,
        OnnxElement.UInt16 or OnnxElement.Int16 or OnnxElement.Float16 => 2,
        OnnxElement.Float or OnnxElement.Int32 or OnnxElement.UInt32 => 4,
        OnnxElement.Double or OnnxElement.Int64 or OnnxElement.UInt64 => 8,
        _ => throw new OnnxException(9, $"Elements of type {element} are not supported."),
    };

    private static OnnxElement ElementOf<T>() =>
        typeof(T) == typeof(float) ? OnnxElement.Float
        : typeof(T) == typeof(double) ? OnnxElement.Double
        : typeof(T) == typeof(long) ? OnnxElement.Int64
        : typeof(T) == typeof(int) ? OnnxElement.Int32
        : typeof(T) == typeof(bool) ? OnnxElement.Bool
        : typeof(T) == typeof(byte) ? OnnxElement.UInt8
        : typeof(T) == typeof(sbyte) ? OnnxElement.Int8
        : typeof(T) == typeof(short) ? OnnxElement.Int16
        : typeof(T) == typeof(ushort) ? OnnxElement.UInt16
        : typeof(T) == typeof(uint) ? OnnxElement.UInt32
        : typeof(T) == typeof(ulong) ? OnnxElement.UInt64
        : typeof(T) == typeof(Half) ? OnnxElement.Float16
        : OnnxElement.None;
}
