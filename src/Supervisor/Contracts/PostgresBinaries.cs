using System.Diagnostics;
using System.Globalization;

namespace Takt.Supervisor;

/// <summary>A PostgreSQL found on this machine.</summary>
/// <param name="Programs">The folder with <c>postgres</c> and <c>initdb</c>.</param>
/// <param name="Libraries">What the loader must search; null where the system knows its libraries.</param>
/// <param name="Major">Its major version: a cluster belongs to one for good.</param>
public sealed record PostgresBinaries(string Programs, string? Libraries, int Major)
{
    /// <summary>The oldest version that Takt works with.</summary>
    public const int OldestMajor = 15;

    /// <summary>
    /// All usable ones, best first: Takt's own engine (<c>TAKT_ENGINES</c>, beside the program, in the build folder), then the machine's, newest first.
    /// </summary>
    public static IEnumerable<PostgresBinaries> FindAll()
    {
        foreach (var engines in EngineFolders())
            if (Read(Path.Combine(engines, "postgres", "bin"), Path.Combine(engines, "postgres", "lib")) is { } own)
                yield return own;

        const string debian = "/usr/lib/postgresql";
        if (Directory.Exists(debian))
        {
            foreach (var version in Directory.EnumerateDirectories(debian).OrderByDescending(folder => int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var major) ? major : 0))
                if (Read(Path.Combine(version, "bin"), null) is { } installed)
                    yield return installed;
        }

        foreach (var folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
            if (Read(folder, null) is { } installed)
                yield return installed;
    }

    /// <summary>
    /// Where Takt's native engines may lie: <c>TAKT_ENGINES</c>, else <c>engines</c> beside the program, else <c>.build/engines</c> in a folder above it.
    /// </summary>
    public static IEnumerable<string> EngineFolders()
    {
        if (Environment.GetEnvironmentVariable("TAKT_ENGINES") is { Length: > 0 } told) yield return told;
        yield return Path.Combine(AppContext.BaseDirectory, "engines");
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            yield return Path.Combine(folder.FullName, ".build", "engines");
    }

    private static PostgresBinaries? Read(string programs, string? libraries)
    {
        var server = Path.Combine(programs, "postgres");
        if (!File.Exists(server) || !File.Exists(Path.Combine(programs, "initdb"))) return null;
        var start = new ProcessStartInfo(server, ["--version"]) { RedirectStandardOutput = true, RedirectStandardError = true };
        if (libraries is not null) start.Environment["LD_LIBRARY_PATH"] = libraries;
        try
        {
            using var process = Spawn.Start(start);
            // "postgres (PostgreSQL) 18.4", "postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)", "postgres (PostgreSQL) 19devel"
            var words = process.StandardOutput.ReadToEnd().Split(' ', StringSplitOptions.TrimEntries);
            process.WaitForExit();
            if (words.Length < 3) return null;
            var digits = new string([.. words[2].TakeWhile(char.IsAsciiDigit)]);
            return int.TryParse(digits, CultureInfo.InvariantCulture, out var major) && major >= OldestMajor ? new(programs, libraries, major) : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            // Made for another processor, or not executable: it is none for us.
            return null;
        }
    }
}
