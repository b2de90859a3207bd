using System.CommandLine;
using System.Text.RegularExpressions;
using Takt.Cli.Api;
using Takt.Kernel;
using Takt.Supervisor;

namespace Takt.Cli.Shell;

/// <summary>One call of a verb: what was given, where to write, whom to ask.</summary>
internal sealed partial class VerbCall : IDisposable
{
    private readonly ParseResult parsed;
    private ApiClient? api;

    private VerbCall(ParseResult parsed, Output output)
    {
        this.parsed = parsed;
        Out = output;
        Home = HomeFolders.Locate(parsed.GetValue(GlobalOptions.Home));
    }

    public Output Out { get; }

    public TaktHome Home { get; }

    /// <summary>The project to act in.</summary>
    public string Project => parsed.GetValue(GlobalOptions.Project) ?? Environment.GetEnvironmentVariable("TAKT_PROJECT") ?? ProjectOfThisFolder() ?? "default";

    /// <summary>The running Takt of this home (or <c>TAKT_URL</c>).</summary>
    public ApiClient Api => api ??= ApiClient.For(Home);

    public T? Value<T>(Option<T> option) => parsed.GetValue(option);

    public T Value<T>(Argument<T> argument) => parsed.GetValue(argument)!;

    /// <summary>True where the option stood on the command line.</summary>
    public bool WasGiven(Option option) => parsed.GetResult(option) is { Implicit: false };

    internal static async Task<int> RunAsync(ParseResult parsed, Func<VerbCall, CancellationToken, Task<int>> work, CancellationToken cancellationToken)
    {
        var output = new Output(parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error, parsed.GetValue(GlobalOptions.Json));
        using var call = new VerbCall(parsed, output);
        try
        {
            return await work(call, cancellationToken);
        }
        catch (RefusedException refused)
        {
            output.Refusal(refused.Problem);
            return 1;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return 130;
        }
    }

    public void Dispose() => api?.Dispose();

    private static string? ProjectOfThisFolder()
    {
        const string file = "takt.yaml";
        if (!File.Exists(file)) return null;
        return File.ReadLines(file).Select(line => ProjectLine().Match(line)).FirstOrDefault(match => match.Success)?.Groups["name"].Value;
    }

    [GeneratedRegex("""^project:\s*["']?(?<name>[^\s"'#]+)""")]
    private static partial Regex ProjectLine();
}
