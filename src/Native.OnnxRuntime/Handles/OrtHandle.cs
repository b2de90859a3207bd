using System.Runtime.InteropServices;

namespace Takt.Native.OnnxRuntime;

/// <summary>Owns one native object of the engine; its kind knows the slot of its Release function.</summary>
internal abstract unsafe class OrtHandle : SafeHandle
{
    private readonly int releaseSlot;

    protected OrtHandle(int releaseSlot, void* native) : base(0, ownsHandle: true)
    {
        this.releaseSlot = releaseSlot;
        SetHandle((nint)native);
    }

    public override bool IsInvalid => handle == 0;

    /// <summary>Valid while the handle is held.</summary>
    public void* Pointer => (void*)handle;

    protected override bool ReleaseHandle()
    {
        Ort.Release(releaseSlot, (void*)handle);
        return true;
    }
}

internal sealed unsafe class SessionHandle(void* native) : OrtHandle(Slot.ReleaseSession, native);

internal sealed unsafe class SessionOptionsHandle(void* native) : OrtHandle(Slot.ReleaseSessionOptions, native);

internal sealed unsafe class RunOptionsHandle(void* native) : OrtHandle(Slot.ReleaseRunOptions, native);

internal sealed unsafe class MemoryInfoHandle(void* native) : OrtHandle(Slot.ReleaseMemoryInfo, native);

internal sealed unsafe class TypeInfoHandle(void* native) : OrtHandle(Slot.ReleaseTypeInfo, native);

internal sealed unsafe class TensorInfoHandle(void* native) : OrtHandle(Slot.ReleaseTensorTypeAndShapeInfo, native);

internal sealed unsafe class ModelMetadataHandle(void* native) : OrtHandle(Slot.ReleaseModelMetadata, native);

/// <summary>A value. Where the engine makes the output of each run, the handle takes the new one and releases the old, without a new object.</summary>
internal sealed unsafe class ValueHandle(void* native) : OrtHandle(Slot.ReleaseValue, native)
{
    public void Adopt(void* value)
    {
        if (handle != 0) Ort.Release(Slot.ReleaseValue, (void*)handle);
        SetHandle((nint)value);
    }
}
