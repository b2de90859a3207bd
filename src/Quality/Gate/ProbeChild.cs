using System.Diagnostics;
using System.Reflection;
using System.Text.Json;
using Takt.Artifacts;
using Takt.Kernel;

namespace Takt.Quality;

/// <summary>Probes a model that lies in Artifacts.</summary>
internal interface IModelProbing
{
    Task<ProbeReport> ProbeAsync(ProjectId project, Digest model, string? golden, CancellationToken cancellationToken);
}

/// <summary>
/// Probes in a child process with limits where this process is the program <c>takt</c>; elsewhere (tests, another host) in this one, and gives up
/// after the deadline.
/// </summary>
internal sealed class ProbeChild(IArtifactStore artifacts) : IModelProbing
{
    private static readonly TimeSpan deadline = TimeSpan.FromSeconds(90);

    /// <summary>The program that has the verb, and what comes before it; null: none, probe in this process.</summary>
    public IReadOnlyList<string>? Program { get; init; } = ThisProgram();

    public TimeSpan Deadline { get; init; } = deadline;

    public async Task<ProbeReport> ProbeAsync(ProjectId project, Digest model, string? golden, CancellationToken cancellationToken)
    {
        if (await artifacts.FindAsync(project, model, cancellationToken).ConfigureAwait(false) is null)
            return ProbeReport.Refused($"Artifacts has no blob {model} in this project.");
        var path = await artifacts.LocalPathAsync(project, model, cancellationToken).ConfigureAwait(false);
        return Program is null
            ? await HereAsync(path, golden, cancellationToken).ConfigureAwait(false)
            : await InChildAsync(Program, path, golden, cancellationToken).ConfigureAwait(false);
    }

    private async Task<ProbeReport> HereAsync(string path, string? golden, CancellationToken cancellationToken)
    {
        var bytes = await File.ReadAllBytesAsync(path, cancellationToken).ConfigureAwait(false);
        try
        {
            return await Task.Run(() => Probe.Look(bytes, golden), cancellationToken).WaitAsync(Deadline, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return TooSlow();
        }
    }

    private async Task<ProbeReport> InChildAsync(IReadOnlyList<string> program, string path, string? golden, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("takt-probe-"); // readable by this user alone
        try
        {
            var report = Path.Combine(folder.FullName, "report.json");
            var start = new ProcessStartInfo(program[0]) { RedirectStandardError = true, RedirectStandardOutput = true, RedirectStandardInput = true, WorkingDirectory = folder.FullName };
            foreach (var word in (string[])[.. program.Skip(1), ModelProbe.Verb, "--model", path, "--out", report]) start.ArgumentList.Add(word);
            if (golden is not null)
            {
                var cases = Path.Combine(folder.FullName, "golden.json");
                await File.WriteAllTextAsync(cases, golden, cancellationToken).ConfigureAwait(false);
                start.ArgumentList.Add("--golden");
                start.ArgumentList.Add(cases);
            }
            start.Environment["DOTNET_GCHeapHardLimit"] = "0x20000000"; // 512 MiB: the rest of its memory is the engine's
            using var child = Process.Start(start) ?? throw new InvalidOperationException($"{program[0]} did not start.");
            child.StandardInput.Close();
            return await ReportAsync(child, report, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private async Task<ProbeReport> ReportAsync(Process child, string report, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        stop.CancelAfter(Deadline);
        var errors = child.StandardError.ReadToEndAsync(stop.Token);
        var output = child.StandardOutput.ReadToEndAsync(stop.Token);
        try
        {
            await child.WaitForExitAsync(stop.Token).ConfigureAwait(false);
            await output.ConfigureAwait(false);
            var said = await errors.ConfigureAwait(false);
            if (child.ExitCode == 0 && File.Exists(report))
                return JsonSerializer.Deserialize<ProbeReport>(await File.ReadAllBytesAsync(report, stop.Token).ConfigureAwait(false), TaktJson.Options)!;
            var last = said.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).LastOrDefault() ?? "nothing";
            return ProbeReport.Refused($"The process that loaded it ended with exit code {child.ExitCode} (limits: {ModelProbe.MemoryBytes >> 30} GiB of memory, {ModelProbe.CpuSeconds} s of processor time); it said: {last}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return TooSlow();
        }
        finally
        {
            if (!child.HasExited) child.Kill(entireProcessTree: true);
        }
    }

    /// <summary><c>TAKT_EXECUTABLE</c>, else <c>takt</c> itself, or <c>dotnet takt.dll</c>; null where this is another program.</summary>
    private static string[]? ThisProgram()
    {
        if (Environment.GetEnvironmentVariable("TAKT_EXECUTABLE") is { Length: > 0 } named) return named.EndsWith(".dll", StringComparison.Ordinal) ? ["dotnet", named] : [named];
        if (Environment.ProcessPath is not { } process || Assembly.GetEntryAssembly() is not { } entry || entry.GetName().Name != "takt") return null;
        return Path.GetFileNameWithoutExtension(process) == "dotnet" ? [process, Path.Combine(AppContext.BaseDirectory, "takt.dll")] : [process];
    }

    private ProbeReport TooSlow() => ProbeReport.Refused($"Loading it and running the golden cases took longer than {Deadline.TotalSeconds:0} s.");
}
