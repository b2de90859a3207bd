using System.Text.Json;
using Takt.Kernel;
using Takt.Native.Posix;

namespace Takt.Supervisor;

/// <summary>What <c>takt.json</c> in a home tells of the Takt that runs there.</summary>
/// <param name="Url">Where the control plane listens.</param>
/// <param name="DataPlaneUrl">Where inference is answered.</param>
/// <param name="Started">When the supervisor started, UTC.</param>
/// <param name="Program">Which build runs; a new build does not adopt an old one's processes.</param>
/// <param name="Processes">By name: <c>supervisor</c>, <c>postgres</c>, <c>server</c>, <c>serve</c>.</param>
public sealed record RunningTakt(Uri Url, Uri DataPlaneUrl, DateTimeOffset Started, string Program, IReadOnlyDictionary<string, ProcessIdentity> Processes)
{
    /// <summary>True while the supervisor itself lives.</summary>
    public bool IsSupervised => Processes.TryGetValue("supervisor", out var supervisor) && supervisor.IsAlive;

    /// <summary>Reads a home's file; null where there is none, or none that can be read.</summary>
    public static RunningTakt? Read(TaktHome home)
    {
        try
        {
            return JsonSerializer.Deserialize<RunningTakt>(File.ReadAllText(home.StateFile), TaktJson.Options);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    internal void Write(TaktHome home)
    {
        var next = home.StateFile + ".next";
        File.WriteAllText(next, JsonSerializer.Serialize(this, TaktJson.Options));
        File.SetUnixFileMode(next, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.Move(next, home.StateFile, overwrite: true);
    }
}

/// <summary>A process for good: numbers are used again, a number and its start time are not.</summary>
/// <param name="Id">The process number.</param>
/// <param name="StartTime">In the kernel's ticks since boot; 0 where the system does not tell.</param>
public sealed record ProcessIdentity(int Id, long StartTime)
{
    public bool IsAlive => ProcessControl.StartTime(Id) is { } started && started == StartTime;

    /// <summary>The process that has this number now; null where there is none.</summary>
    public static ProcessIdentity? Of(int id) => ProcessControl.StartTime(id) is { } started ? new(id, started) : null;
}
