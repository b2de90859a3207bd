using System.Runtime.InteropServices;

namespace Takt.Native.OnnxRuntime;

/// <summary>Loads the library once in a process and holds its table of functions and its one environment.</summary>
internal static unsafe partial class OrtLibrary
{
    private const uint ApiVersion = 18;
    private const int LogFatalOnly = 4;

    private static readonly Lock Gate = new();
    private static nint table;
    private static void* env;
    private static string version = "";

    /// <summary>The functions of OrtApi, by slot. See <see cref="Ort"/>.</summary>
    public static void** Table
    {
        get
        {
            var loaded = Volatile.Read(ref table);
            return loaded == 0 ? Load() : (void**)loaded;
        }
    }

    /// <summary>The process's environment: threads and logging. Never released.</summary>
    public static void* Env
    {
        get
        {
            _ = Table;
            return env;
        }
    }

    public static string Version
    {
        get
        {
            _ = Table;
            return version;
        }
    }

    private static void** Load()
    {
        lock (Gate)
        {
            if (table != 0) return (void**)table;
            var path = EngineFile.Find();
            ForbidTelemetry();
            var library = NativeLibrary.Load(path);
            var getBase = (delegate* unmanaged<OrtApiBase*>)NativeLibrary.GetExport(library, "OrtGetApiBase");
            var api = getBase();
            version = Marshal.PtrToStringUTF8((nint)api->GetVersionString()) ?? "";
            var loaded = api->GetApi(ApiVersion);
            if (loaded is null) throw new DllNotFoundException($"{path} is ONNX Runtime {version}, which has no API version {ApiVersion}. Takt is pinned to 1.27.0: build again.");
            env = CreateEnv(loaded);
            Volatile.Write(ref table, (nint)loaded);
            return loaded;
        }
    }

    private static void* CreateEnv(void** loaded)
    {
        void* made;
        fixed (byte* id = "takt"u8)
            Ort.Check(((delegate* unmanaged<int, byte*, void**, void*>)loaded[Slot.CreateEnv])(LogFatalOnly, id, &made), loaded);
        Ort.Check(((delegate* unmanaged<void*, void*>)loaded[Slot.DisableTelemetryEvents])(made), loaded);
        return made;
    }

    /// <summary>
    /// From 1.29 on the engine's Linux builds send telemetry unless this stands in the environment before they are loaded. .NET keeps a copy of the
    /// environment of its own, which native code never sees: hence libc.
    /// </summary>
    private static void ForbidTelemetry()
    {
        const string Variable = "ORT_DISABLE_TELEMETRY";
        if (OperatingSystem.IsWindows()) Environment.SetEnvironmentVariable(Variable, "1");
        else _ = SetEnv(Variable, "1", 1);
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetEnv(string name, string value, int overwrite);

    [StructLayout(LayoutKind.Sequential)]
    private struct OrtApiBase
    {
        public delegate* unmanaged<uint, void**> GetApi;
        public delegate* unmanaged<byte*> GetVersionString;
    }
}
