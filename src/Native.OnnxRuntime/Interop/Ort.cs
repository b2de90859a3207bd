using System.Runtime.InteropServices;

namespace Takt.Native.OnnxRuntime;

/// <summary>Calls through OrtApi. A status is freed and thrown as <see cref="OnnxException"/> with the engine's own words.</summary>
internal static unsafe class Ort
{
    private static void** Api => OrtLibrary.Table;

    public static void Check(void* status)
    {
        if (status is not null) Throw(status, Api);
    }

    public static void Check(void* status, void** api)
    {
        if (status is not null) Throw(status, api);
    }

    private static void Throw(void* status, void** api)
    {
        var code = ((delegate* unmanaged<void*, int>)api[Slot.GetErrorCode])(status);
        var message = Marshal.PtrToStringUTF8((nint)((delegate* unmanaged<void*, byte*>)api[Slot.GetErrorMessage])(status)) ?? "no message";
        Release(Slot.ReleaseStatus, status, api);
        throw new OnnxException(code, message);
    }

    /// <summary>Every Release function has the one shape.</summary>
    public static void Release(int slot, void* native) => Release(slot, native, Api);

    private static void Release(int slot, void* native, void** api) => ((delegate* unmanaged<void*, void>)api[slot])(native);

    /// <summary>A function (in) -> status.</summary>
    public static void Call(int slot, void* a) => Check(((delegate* unmanaged<void*, void*>)Api[slot])(a));

    /// <summary>A function (in, in) -> status.</summary>
    public static void Call(int slot, void* a, int b) => Check(((delegate* unmanaged<void*, int, void*>)Api[slot])(a, b));

    /// <summary>A function (out) -> status.</summary>
    public static void* Make(int slot)
    {
        void* made;
        Check(((delegate* unmanaged<void**, void*>)Api[slot])(&made));
        return made;
    }

    /// <summary>A function (in, out pointer) -> status.</summary>
    public static void* Get(int slot, void* from)
    {
        void* got;
        Check(((delegate* unmanaged<void*, void**, void*>)Api[slot])(from, &got));
        return got;
    }

    /// <summary>A function (in, out number) -> status.</summary>
    public static T Read<T>(int slot, void* from) where T : unmanaged
    {
        T got;
        Check(((delegate* unmanaged<void*, T*, void*>)Api[slot])(from, &got));
        return got;
    }

    /// <summary>A function (in, index, out pointer) -> status.</summary>
    public static void* GetAt(int slot, void* from, nuint index)
    {
        void* got;
        Check(((delegate* unmanaged<void*, nuint, void**, void*>)Api[slot])(from, index, &got));
        return got;
    }

    /// <summary>A function (in, index, allocator, out text) -> status.</summary>
    public static string TextAt(int slot, void* from, nuint index)
    {
        byte* text;
        Check(((delegate* unmanaged<void*, nuint, void*, byte**, void*>)Api[slot])(from, index, Allocator, &text));
        return Take(text);
    }

    /// <summary>A function (in, allocator, out text) -> status.</summary>
    public static string Text(int slot, void* from)
    {
        byte* text;
        Check(((delegate* unmanaged<void*, void*, byte**, void*>)Api[slot])(from, Allocator, &text));
        return Take(text);
    }

    /// <summary>The engine's default allocator; it is never freed.</summary>
    public static void* Allocator => Make(Slot.GetAllocatorWithDefaultOptions);

    /// <summary>Frees what the default allocator gave.</summary>
    public static void Free(void* native) => Check(((delegate* unmanaged<void*, void*, void*>)Api[Slot.AllocatorFree])(Allocator, native));

    public static void AddConfig(void* options, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        fixed (byte* k = key, v = value)
            Check(((delegate* unmanaged<void*, byte*, byte*, void*>)Api[Slot.AddSessionConfigEntry])(options, k, v));
    }

    public static void* CreateSession(ReadOnlySpan<byte> model, void* options)
    {
        void* session;
        fixed (byte* bytes = model)
            Check(((delegate* unmanaged<void*, void*, nuint, void*, void**, void*>)Api[Slot.CreateSessionFromArray])(OrtLibrary.Env, bytes, (nuint)model.Length, options, &session));
        return session;
    }

    public static void* CreateTensor(void* memoryInfo, void* data, nuint bytes, ReadOnlySpan<long> shape, OnnxElement element)
    {
        void* value;
        fixed (long* dims = shape)
            Check(((delegate* unmanaged<void*, void*, nuint, long*, nuint, int, void**, void*>)Api[Slot.CreateTensorWithDataAsOrtValue])(
                memoryInfo, data, bytes, dims, (nuint)shape.Length, (int)element, &value));
        return value;
    }

    public static void* CreateStringTensor(ReadOnlySpan<long> shape)
    {
        void* value;
        fixed (long* dims = shape)
            Check(((delegate* unmanaged<void*, long*, nuint, int, void**, void*>)Api[Slot.CreateTensorAsOrtValue])(
                Allocator, dims, (nuint)shape.Length, (int)OnnxElement.String, &value));
        return value;
    }

    /// <summary>Returns the status itself: the hot path has clean-up to do before it throws.</summary>
    public static void* Run(void* session, void* options, byte** inputNames, void** inputs, nuint inputCount, byte** outputNames, nuint outputCount, void** outputs) =>
        ((delegate* unmanaged<void*, void*, byte**, void**, nuint, byte**, nuint, void**, void*>)Api[Slot.Run])(
            session, options, inputNames, inputs, inputCount, outputNames, outputCount, outputs);

    public static void FillStrings(void* value, byte** texts, nuint count) =>
        Check(((delegate* unmanaged<void*, byte**, nuint, void*>)Api[Slot.FillStringTensor])(value, texts, count));

    public static void ReadStrings(void* value, byte* into, nuint bytes, nuint* offsets, nuint count) =>
        Check(((delegate* unmanaged<void*, void*, nuint, nuint*, nuint, void*>)Api[Slot.GetStringTensorContent])(value, into, bytes, offsets, count));

    public static void* CpuMemory()
    {
        const int DeviceAllocator = 0, DefaultMemory = 0;
        void* info;
        Check(((delegate* unmanaged<int, int, void**, void*>)Api[Slot.CreateCpuMemoryInfo])(DeviceAllocator, DefaultMemory, &info));
        return info;
    }

    public static long[] Dimensions(void* tensorInfo)
    {
        var shape = new long[Read<nuint>(Slot.GetDimensionsCount, tensorInfo)];
        fixed (long* dims = shape)
            Check(((delegate* unmanaged<void*, long*, nuint, void*>)Api[Slot.GetDimensions])(tensorInfo, dims, (nuint)shape.Length));
        return shape;
    }

    /// <summary>The model's own named texts.</summary>
    public static Dictionary<string, string> CustomMetadata(void* metadata)
    {
        byte** keys;
        long count;
        Check(((delegate* unmanaged<void*, void*, byte***, long*, void*>)Api[Slot.ModelMetadataGetCustomMetadataMapKeys])(metadata, Allocator, &keys, &count));
        var found = new Dictionary<string, string>((int)count, StringComparer.Ordinal);
        for (var i = 0; i < count; i++)
        {
            byte* value;
            Check(((delegate* unmanaged<void*, void*, byte*, byte**, void*>)Api[Slot.ModelMetadataLookupCustomMetadataMap])(metadata, Allocator, keys[i], &value));
            var name = Take(keys[i]);
            found[name] = value is null ? "" : Take(value);
        }
        if (keys is not null) Free(keys);
        return found;
    }

    private static string Take(byte* text)
    {
        var taken = Marshal.PtrToStringUTF8((nint)text) ?? "";
        Free(text);
        return taken;
    }
}
