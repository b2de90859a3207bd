using System.CommandLine;

namespace Takt.Cli.Shell;

/// <summary>Under which heading a verb stands in the help.</summary>
internal enum VerbGroup
{
    Everyday,
    Loop,
    Record,
    Inside,
}

/// <summary>One verb of the command line. Its file in <c>Verbs/</c> makes it: what it takes, examples, and what it does.</summary>
internal sealed class Verb(string name, string description) : Command(name, description)
{
    public required VerbGroup Group { get; init; }

    /// <summary>Whole command lines, each with its reason after <c>#</c> where it needs one. Every verb has some.</summary>
    public required IReadOnlyList<string> Examples { get; init; }

    /// <summary>Arguments in their order, then options.</summary>
    public IReadOnlyList<Symbol> Takes
    {
        init
        {
            foreach (var symbol in value)
            {
                if (symbol is Argument argument) Arguments.Add(argument);
                else if (symbol is Option option) Options.Add(option);
                else Subcommands.Add((Command)symbol);
            }
        }
    }

    /// <summary>What it does. Refusals end it with one line and exit code 1.</summary>
    internal Verb Does(Func<VerbCall, CancellationToken, Task> work) => Does(async (call, cancellationToken) =>
    {
        await work(call, cancellationToken);
        return 0;
    });

    /// <summary>The same for a verb that has exit codes of its own.</summary>
    internal Verb Does(Func<VerbCall, CancellationToken, Task<int>> work)
    {
        SetAction((parsed, cancellationToken) => VerbCall.RunAsync(parsed, work, cancellationToken));
        return this;
    }
}
