using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Takt.Pipelines.Execution;
using Takt.Trainers;

namespace Takt.Pipelines.Recipes;

/// <summary>Where steps run. What may change a result is <see cref="Environment"/> and part of every key; the rest is told for people.</summary>
internal sealed class HostFacts
{
    private readonly Lazy<IReadOnlyDictionary<string, string>> environment = new(ReadEnvironment);
    private readonly Lazy<IReadOnlyDictionary<string, string>> host = new(ReadHost);

    public IReadOnlyDictionary<string, string> Environment => environment.Value;

    public IReadOnlyDictionary<string, string> Host => host.Value;

    /// <summary>What a command's first word stands for: another Python is another environment.</summary>
    public static string Interpreter(string command)
    {
        var word = command.Split((char[])[' ', '\n', '\t'], StringSplitOptions.RemoveEmptyEntries).FirstOrDefault() ?? "";
        if (word.EndsWith(".cs", StringComparison.Ordinal)) word = "dotnet";
        foreach (var folder in (string[])["/usr/local/bin", "/usr/bin", "/bin"])
        {
            var path = Path.Combine(folder, word);
            if (word.Contains('/', StringComparison.Ordinal) || !File.Exists(path)) continue;
            var file = new FileInfo(File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path);
            return string.Create(CultureInfo.InvariantCulture, $"{file.FullName} ({file.Length} bytes, {file.LastWriteTimeUtc:yyyy-MM-ddTHH:mm:ssZ})");
        }
        return "/bin/sh";
    }

    private static Dictionary<string, string> ReadEnvironment()
    {
        var facts = new Dictionary<string, string>
        {
            ["os"] = Os(),
            ["architecture"] = RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant(),
            ["dotnet"] = System.Environment.Version.ToString(),
            // Builds are deterministic, so the same sources give the same id.
            ["trainers"] = typeof(TrainingSpec).Assembly.ManifestModule.ModuleVersionId.ToString("N"),
            ["takt"] = typeof(HostFacts).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "unknown"
        };
        foreach (var (name, pattern) in (ReadOnlySpan<(string, string)>)[("duckdb", "*duckdb*"), ("onnxruntime", "*onnxruntime*")])
        {
            var file = TaktProgram.Engines is { } folder ? Directory.EnumerateFiles(folder, pattern).Order(StringComparer.Ordinal).FirstOrDefault() : null;
            if (file is null) continue;
            using var stream = File.OpenRead(file);
            facts[name] = Convert.ToHexStringLower(SHA256.HashData(stream));
        }
        return facts;
    }

    private static Dictionary<string, string> ReadHost() => new()
    {
        ["name"] = System.Environment.MachineName,
        ["kernel"] = RuntimeInformation.OSDescription,
        ["processor"] = Line("/proc/cpuinfo", "model name")?.Split(':')[^1].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString(),
        ["processors"] = System.Environment.ProcessorCount.ToString(CultureInfo.InvariantCulture),
        ["memory"] = (GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 20).ToString(CultureInfo.InvariantCulture) + " MiB"
    };

    private static string Os() =>
        Line("/etc/os-release", "PRETTY_NAME=")?.Split('=', 2)[^1].Trim('"') ?? RuntimeInformation.OSDescription;

    private static string? Line(string file, string begins)
    {
        try
        {
            return File.ReadLines(file).FirstOrDefault(l => l.StartsWith(begins, StringComparison.Ordinal));
        }
        catch (IOException)
        {
            return null;
        }
    }
}
