using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Takt.Supervisor;

/// <summary>How this same program is started again, as a child.</summary>
/// <param name="File">What to execute.</param>
/// <param name="Arguments">Before the verb: the program's assembly where <paramref name="File"/> is the dotnet host.</param>
/// <param name="Folder">Where its assemblies lie.</param>
/// <param name="DotnetRoot">The runtime to use; null for the usual one.</param>
internal sealed record OwnProgram(string File, IReadOnlyList<string> Arguments, string Folder, string? DotnetRoot)
{
    internal static OwnProgram Find(string? assembly = null)
    {
        var folder = AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar);
        var dll = assembly ?? Path.Combine(folder, "takt.dll");
        var root = Path.GetDirectoryName(dll)!;
        // Through the host itself, not the small launcher beside the assembly: that one would first have to find the runtime that we know.
        return new(Path.Combine(DotnetFolder(), OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"), [dll], root, null);
    }

    /// <summary>The same program where an unprivileged user can read it: itself, or a copy in an open place.</summary>
    internal OwnProgram Reachable()
    {
        var program = this;
        if (ReachableCopy.FirstClosedFolder(Path.Combine(Folder, "takt.dll")) is not null)
        {
            var copy = ReachableCopy.Of(Folder, "program");
            program = program with { Folder = copy, Arguments = [Path.Combine(copy, Path.GetFileName(Arguments[0]))] };
        }

        var dotnet = DotnetFolder();
        if (ReachableCopy.FirstClosedFolder(Path.Combine(dotnet, "shared")) is null) return program;
        var version = Path.GetFileName(RuntimeEnvironment.GetRuntimeDirectory().TrimEnd('/'));
        var root = ReachableCopy.Of(dotnet, "dotnet", ["dotnet", "host", Path.Combine("shared", "Microsoft.NETCore.App", version), Path.Combine("shared", "Microsoft.AspNetCore.App")]);
        return program with { File = Path.Combine(root, "dotnet"), DotnetRoot = root };
    }

    /// <summary>Which build this is: another once any of its files changed.</summary>
    internal string Fingerprint() => ReachableCopy.Fingerprint(Folder, "*.dll");

    // <dotnet>/shared/Microsoft.NETCore.App/10.0.x/
    private static string DotnetFolder() => Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
}
