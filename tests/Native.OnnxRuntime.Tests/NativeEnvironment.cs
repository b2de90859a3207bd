using System.Runtime.InteropServices;

namespace Takt.Native.OnnxRuntime.Tests;

/// <summary>What native code sees of the environment.</summary>
internal static class NativeEnvironment
{
    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate nint GetEnv([MarshalAs(UnmanagedType.LPUTF8Str)] string name);

    public static string? Read(nint getenv, string name) => Marshal.PtrToStringUTF8(Marshal.GetDelegateForFunctionPointer<GetEnv>(getenv)(name));
}
