using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Takt.Cli.Shell;

/// <summary>The command line as a whole: reads it, helps, runs the verb.</summary>
internal static class TaktShell
{
    /// <summary>The command line could not be understood.</summary>
    internal const int Misused = 2;

    internal static async Task<int> RunAsync(string[] arguments, TextWriter output, TextWriter errors, CancellationToken cancellationToken)
    {
        var parsed = Root().Parse(arguments.Length == 0 ? ["--help"] : arguments);
        if (parsed.Action is ParseErrorAction)
        {
            await errors.WriteLineAsync($"takt: {Misuse.Of(parsed)}");
            return Misused;
        }

        // Signals are ours (Program.cs): the library would end the process two seconds after one.
        var settings = new InvocationConfiguration { Output = output, Error = errors, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
        return await parsed.InvokeAsync(settings, cancellationToken);
    }

    internal static RootCommand Root()
    {
        var root = new RootCommand("Takt runs the whole machine-learning loop on your own machines: train, validate, deploy, repeat.");
        // A verb of its own answers that.
        if (root.Options.OfType<VersionOption>().SingleOrDefault() is { } version) root.Options.Remove(version);
        root.Options.OfType<HelpOption>().Single().Action = new HelpText();
        foreach (var option in GlobalOptions.All) root.Options.Add(option);
        foreach (var verb in VerbList.All) root.Subcommands.Add(verb);
        return root;
    }

    /// <summary>The verbs on the way to where the command line ended, e.g. <c>audit verify</c>.</summary>
    internal static string PathOf(ParseResult parsed)
    {
        var names = new Stack<string>();
        for (SymbolResultPath at = new(parsed.CommandResult); at.Command is not null and not RootCommand; at = at.Above) names.Push(at.Command.Name);
        return string.Join(' ', names);
    }

    private readonly record struct SymbolResultPath(System.CommandLine.Parsing.CommandResult? Result)
    {
        public Command? Command => Result?.Command;

        public SymbolResultPath Above => new(Result?.Parent as System.CommandLine.Parsing.CommandResult);
    }
}
