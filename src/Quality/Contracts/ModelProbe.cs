using System.Text.Json;
using Takt.Kernel;
using Takt.Native.Posix;

namespace Takt.Quality;

/// <summary>
/// Loads a model that nobody trusts yet, runs the golden cases and measures its latency, in a process of its own: <c>takt probe-model --model F --golden G --out R</c>.
/// What it does to the process (crash, loop, eat memory) it does to this one alone.
/// </summary>
public static class ModelProbe
{
    /// <summary>The executable's verb.</summary>
    public const string Verb = "probe-model";

    /// <summary>Writable memory the process may have, in bytes: 2 GiB.</summary>
    public const ulong MemoryBytes = 2UL << 30;

    /// <summary>Processor time it may use, in seconds.</summary>
    public const ulong CpuSeconds = 60;

    /// <summary>The verb's work. Limits this process for good.</summary>
    /// <param name="model">The model's file.</param>
    /// <param name="golden">A file of golden cases, see <see cref="GateEvidence.Golden"/>; null: none.</param>
    /// <param name="report">The file that the report is written to.</param>
    /// <returns>The exit code: 0 where a report was written, also one that refuses the model.</returns>
    public static int Run(string model, string? golden, string report)
    {
        if (OperatingSystem.IsLinux())
        {
            ProcessControl.RenounceNewPrivileges();
            ResourceLimits.Set(0, LimitedResource.CoreBytes, 0);
            ResourceLimits.Set(0, LimitedResource.CpuSeconds, CpuSeconds);
            ResourceLimits.Set(0, LimitedResource.DataBytes, MemoryBytes);
        }
        var found = Probe.Look(File.ReadAllBytes(model), golden is null ? null : File.ReadAllText(golden));
        File.WriteAllBytes(report, JsonSerializer.SerializeToUtf8Bytes(found, TaktJson.Options));
        return 0;
    }
}
