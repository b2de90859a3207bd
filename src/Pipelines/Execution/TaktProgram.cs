using System.Runtime.InteropServices;

namespace Takt.Pipelines.Execution;

/// <summary>Takt's own program, as a child process calls it: <c>takt train</c>, <c>takt evaluate</c>.</summary>
internal static class TaktProgram
{
    /// <summary>Program first: <c>TAKT_EXECUTABLE</c>, else the program that runs now.</summary>
    public static IReadOnlyList<string> Command(params ReadOnlySpan<string> arguments)
    {
        var program = Environment.GetEnvironmentVariable("TAKT_EXECUTABLE") is { Length: > 0 } named ? named : Environment.ProcessPath!;
        if (program.EndsWith(".dll", StringComparison.Ordinal)) return ["dotnet", program, .. arguments];
        return Path.GetFileNameWithoutExtension(program) == "dotnet" ? [program, Path.GetFullPath(Environment.GetCommandLineArgs()[0]), .. arguments] : [program, .. arguments];
    }

    /// <summary>What it must be able to read: itself, the engines, the runtime where that lies outside /usr.</summary>
    public static IReadOnlyList<string> Readable()
    {
        var command = Command();
        var folders = new List<string> { Path.GetDirectoryName(Path.GetFullPath(command.Count > 1 ? command[1] : command[0]))! };
        if (Engines is { } engines) folders.Add(engines);
        if (!DotnetRoot.StartsWith("/usr/", StringComparison.Ordinal)) folders.Add(DotnetRoot);
        return [.. folders.Distinct().Where(f => !f.StartsWith("/usr/", StringComparison.Ordinal))];
    }

    public static string DotnetRoot { get; } = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));

    /// <summary>The folder of the native engines, as the bindings find it; null: nowhere.</summary>
    public static string? Engines { get; } = FindEngines();

    private static string? FindEngines()
    {
        if (Environment.GetEnvironmentVariable("TAKT_ENGINES") is { Length: > 0 } named) return Path.GetFullPath(named);
        var beside = Path.Combine(AppContext.BaseDirectory, "engines");
        if (Directory.Exists(beside)) return beside;
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (Path.Combine(folder.FullName, ".build", "engines") is var engines && Directory.Exists(engines)) return engines;
        return null;
    }
}
