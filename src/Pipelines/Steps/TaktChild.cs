using Takt.Pipelines.Execution;
using Takt.Pipelines.Specs;

namespace Takt.Pipelines.Steps;

/// <summary>Takt's own program as a step's process: it runs the SQL that users wrote, so it is sandboxed and can be killed.</summary>
internal sealed class TaktChild(StepProcess process)
{
    /// <summary>Runs <c>takt VERB --spec S --out DIR</c>; what it said is in the log.</summary>
    public async Task<StepExit> RunAsync(StepContext context, string verb, string spec, IReadOnlyList<Mount> readable, StepLimits limits, CancellationToken cancellationToken)
    {
        var file = Path.Combine(context.Folder, "spec.json");
        await File.WriteAllTextAsync(file, spec, cancellationToken).ConfigureAwait(false);
        StepFolder.Hand(context.Folder);
        var environment = StepEnvironment.Of(context.Folder);
        environment["DOTNET_ROOT"] = TaktProgram.DotnetRoot;
        environment["DOTNET_EnableDiagnostics"] = "0";
        if (TaktProgram.Engines is { } engines) environment["TAKT_ENGINES"] = engines;
        return await process.RunAsync(new StepCommand(TaktProgram.Command(verb, "--spec", file, "--out", Path.Combine(context.Folder, "out")), context.Folder, environment,
            [.. TaktProgram.Readable().Select(Mount.AsIs), .. readable], limits, Sandboxing.WhereThereIsOne), context.Log, context.ProcessStarted, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Why it failed, in one line; null: it did not.</summary>
    public static string? Failure(StepExit exit, StepLog log)
    {
        if (exit is { Code: 0, Killed: null }) return null;
        if (exit.Killed is { } why) return $"{char.ToUpperInvariant(why[0])}{why[1..]}.";
        var said = log.Last.Replace('\n', ' ');
        return exit.Code is 137 or 134 or 139
            ? $"Its process died (exit code {exit.Code}): most likely it needed more memory than its limit. {said}".Trim()
            : said.Length > 0 ? $"{said} (exit code {exit.Code})" : $"It ended with exit code {exit.Code} and said nothing.";
    }
}
