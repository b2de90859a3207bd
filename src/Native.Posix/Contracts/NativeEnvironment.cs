namespace Takt.Native.Posix;

/// <summary>Environment variables as native libraries see them: what .NET sets stays inside .NET.</summary>
public static class NativeEnvironment
{
    /// <summary>Sets the variable for native code in this process and for .NET. Call it before other threads read the environment.</summary>
    public static void Set(string name, string value)
    {
        Environment.SetEnvironmentVariable(name, value);
        if (!OperatingSystem.IsWindows()) Calls.Check(Libc.SetEnvironment(name, value, 1), $"setenv({name})");
    }

    /// <summary>Removes the variable for native code and for .NET.</summary>
    public static void Remove(string name)
    {
        Environment.SetEnvironmentVariable(name, null);
        if (!OperatingSystem.IsWindows()) Calls.Check(Libc.UnsetEnvironment(name), $"unsetenv({name})");
    }
}
