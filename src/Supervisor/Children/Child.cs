using System.Diagnostics;
using System.Globalization;
using Takt.Native.Posix;

namespace Takt.Supervisor;

/// <summary>A running child: started by us, or by a supervisor before us.</summary>
internal sealed class Child : IDisposable
{
    // An orderly end of ASP.NET Core lets requests finish for up to ten seconds.
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(15);
    private readonly Process process;

    private Child(Process process, ProcessIdentity identity)
    {
        this.process = process;
        Identity = identity;
        Ended = process.WaitForExitAsync(CancellationToken.None);
    }

    internal ProcessIdentity Identity { get; }

    internal Task Ended { get; }

    internal static Child Start(ChildSpec spec)
    {
        var start = Spawn.Detached(spec.Log.Path, spec.Program.File, [.. spec.Program.Arguments, spec.Name]);
        start.WorkingDirectory = spec.Folder;
        // The host would watch its working folder for settings that may change, with a watch on every folder below.
        start.Environment["DOTNET_hostBuilder__reloadConfigOnChange"] = "false";
        start.Environment[ChildSettings.ListenDescriptor] = spec.Socket.Descriptor.ToString(CultureInfo.InvariantCulture);
        if (spec.Program.DotnetRoot is { } root) start.Environment["DOTNET_ROOT"] = root;
        foreach (var (name, value) in spec.Environment)
        {
            if (value is null) start.Environment.Remove(name);
            else start.Environment[name] = value;
        }

        spec.Socket.Listen();
        var process = Spawn.Start(start, spec.Socket.Descriptor);
        return new(process, ProcessIdentity.Of(process.Id) ?? new(process.Id, 0));
    }

    /// <summary>Takes over a child of a supervisor that was killed; null where it is gone.</summary>
    internal static Child? Adopt(ProcessIdentity? identity)
    {
        if (identity is not { IsAlive: true }) return null;
        try
        {
            return new(Process.GetProcessById(identity.Id), identity);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    /// <summary>Asks it to end, waits, and ends it where it will not. What it started in its session and left behind ends too.</summary>
    internal async Task StopAsync(TimeProvider time)
    {
        if (Identity.IsAlive) ProcessControl.Signal(Identity.Id, PosixSignalNumber.Terminate);
        try
        {
            await Ended.WaitAsync(patience, time);
        }
        catch (TimeoutException)
        {
            ProcessControl.Signal(Identity.Id, PosixSignalNumber.Kill);
            await Ended;
        }

        foreach (var left in ProcessControl.InSession(Identity.Id)) ProcessControl.Signal(left, PosixSignalNumber.Kill);
    }

    public void Dispose() => process.Dispose();
}
