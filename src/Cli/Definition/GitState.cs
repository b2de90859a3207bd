using System.ComponentModel;
using System.Diagnostics;

namespace Takt.Cli.Definition;

/// <summary>Where a folder stands in git.</summary>
/// <param name="Commit">Null before the first commit.</param>
/// <param name="Diff">What is not committed in that folder; empty: all is.</param>
internal sealed record GitState(string? Commit, string? Branch, string Diff)
{
    private const int LongestDiff = 1 << 20;

    /// <summary>Null where it is no checkout, or there is no git.</summary>
    public static async Task<GitState?> ReadAsync(string folder, CancellationToken cancellationToken)
    {
        try
        {
            if (await GitAsync(folder, cancellationToken, "rev-parse", "--is-inside-work-tree") != "true") return null;
            var commit = await GitAsync(folder, cancellationToken, "rev-parse", "--verify", "HEAD");
            var diff = commit is null ? "" : await GitAsync(folder, cancellationToken, "diff", "HEAD", "--", ".") ?? "";
            return new GitState(commit, await GitAsync(folder, cancellationToken, "rev-parse", "--abbrev-ref", "HEAD"), diff.Length > LongestDiff ? diff[..LongestDiff] : diff);
        }
        catch (Win32Exception)
        {
            return null;
        }
    }

    private static async Task<string?> GitAsync(string folder, CancellationToken cancellationToken, params string[] arguments)
    {
        var start = new ProcessStartInfo("git", arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        using var git = Process.Start(start)!;
        var said = git.StandardOutput.ReadToEndAsync(cancellationToken);
        var errors = git.StandardError.ReadToEndAsync(cancellationToken);
        await git.WaitForExitAsync(cancellationToken);
        _ = await errors;
        return git.ExitCode == 0 ? (await said).Trim() : null;
    }
}
