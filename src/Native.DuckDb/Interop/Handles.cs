using System.Runtime.InteropServices;

namespace Takt.Native.DuckDb;

/// <summary>Owns one native object of the engine. Every one of its destroy functions takes the object's address.</summary>
internal abstract class DuckHandle() : SafeHandle(0, ownsHandle: true)
{
    public override bool IsInvalid => handle == 0;

    protected sealed override bool ReleaseHandle()
    {
        Destroy(ref handle);
        return true;
    }

    protected abstract void Destroy(ref nint native);
}

internal sealed class DatabaseHandle : DuckHandle
{
    protected override void Destroy(ref nint native) => DuckApi.Close(ref native);
}

internal sealed class ConnectionHandle : DuckHandle
{
    protected override void Destroy(ref nint native) => DuckApi.Disconnect(ref native);
}

internal sealed class ConfigHandle : DuckHandle
{
    protected override void Destroy(ref nint native) => DuckApi.DestroyConfig(ref native);
}

internal sealed class StatementHandle : DuckHandle
{
    protected override void Destroy(ref nint native) => DuckApi.DestroyPrepare(ref native);
}

internal sealed class ExtractedHandle : DuckHandle
{
    protected override void Destroy(ref nint native) => DuckApi.DestroyExtracted(ref native);
}

internal sealed class PendingHandle : DuckHandle
{
    protected override void Destroy(ref nint native) => DuckApi.DestroyPending(ref native);
}

internal sealed class LogicalTypeHandle : DuckHandle
{
    protected override void Destroy(ref nint native) => DuckApi.DestroyLogicalType(ref native);
}

internal sealed class AppenderHandle : DuckHandle
{
    /// <summary>Valid while the appender is not disposed: the row path spares the count of references.</summary>
    public nint Native => handle;

    protected override void Destroy(ref nint native) => _ = DuckApi.AppenderDestroy(ref native);
}

/// <summary>A result: the struct lies in native memory, so that its address is stable.</summary>
internal sealed unsafe class ResultHandle : SafeHandle
{
    public ResultHandle() : base(0, ownsHandle: true) => SetHandle((nint)NativeMemory.AllocZeroed((nuint)sizeof(NativeResult)));

    public override bool IsInvalid => handle == 0;

    public NativeResult* Native => (NativeResult*)handle;

    protected override bool ReleaseHandle()
    {
        DuckApi.DestroyResult(Native);
        NativeMemory.Free((void*)handle);
        return true;
    }
}
