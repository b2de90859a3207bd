using Microsoft.Win32.SafeHandles;

namespace Takt.Native.Posix;

/// <summary>A descriptor that is closed once.</summary>
internal sealed class PosixFileHandle : SafeHandleMinusOneIsInvalid
{
    internal PosixFileHandle(int descriptor) : base(ownsHandle: true) => SetHandle(descriptor);

    internal int Descriptor => (int)handle;

    protected override bool ReleaseHandle() => Libc.Close((int)handle) == 0;
}
