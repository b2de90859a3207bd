using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Takt.Cli.Shell;

/// <summary><c>--help</c>: verbs in groups, options, examples.</summary>
internal sealed class HelpText : SynchronousCommandLineAction
{
    private static readonly (VerbGroup Group, string Heading)[] groups =
    [
        (VerbGroup.Everyday, "Every day"),
        (VerbGroup.Loop, "The loop"),
        (VerbGroup.Record, "The record"),
        (VerbGroup.Inside, "Started by 'takt up'"),
    ];

    private static readonly string[] firstSteps =
    [
        "takt demo                      # the whole loop on real flights",
        "takt up                        # an empty Takt on http://127.0.0.1:8585",
        "takt status",
    ];

    public override int Invoke(ParseResult parseResult)
    {
        var writer = parseResult.InvocationConfiguration.Output;
        if (parseResult.CommandResult.Command is Verb verb) WriteVerb(writer, verb, TaktShell.PathOf(parseResult));
        else WriteRoot(writer, (RootCommand)parseResult.RootCommandResult.Command);
        return 0;
    }

    private static void WriteRoot(TextWriter writer, RootCommand root)
    {
        writer.WriteLine(root.Description);
        writer.WriteLine();
        writer.WriteLine("Usage: takt VERB [options]");
        foreach (var (group, heading) in groups)
        {
            Write(writer, heading, root.Subcommands.OfType<Verb>().Where(verb => verb.Group == group && !verb.Hidden).Select(verb => (verb.Name, FirstSentence(verb))));
        }

        Write(writer, "Everywhere", GlobalOptions.All.Select(Row).Append(("--help", "What a verb takes, with examples: takt VERB --help")));
        WriteExamples(writer, firstSteps);
    }

    private static void WriteVerb(TextWriter writer, Verb verb, string path)
    {
        writer.WriteLine(verb.Description);
        writer.WriteLine();
        var arguments = string.Concat(verb.Arguments.Select(argument => argument.Arity.MinimumNumberOfValues == 0 ? $" [{Name(argument)}]" : $" {Name(argument)}"));
        var options = verb.Options.Count > 0 ? " [options]" : "";
        writer.WriteLine(verb.Subcommands.Count > 0 ? $"Usage: takt {path} VERB [options]" : $"Usage: takt {path}{arguments}{options}");
        Write(writer, "Verbs", verb.Subcommands.OfType<Verb>().Select(below => (below.Name, FirstSentence(below))));
        Write(writer, "Arguments", verb.Arguments.Select(argument => (Name(argument), argument.Description ?? "")));
        Write(writer, "Options", verb.Options.Where(option => !option.Hidden).Select(Row));
        Write(writer, "Everywhere", GlobalOptions.All.Select(Row));
        WriteExamples(writer, verb.Examples);
    }

    private static void Write(TextWriter writer, string heading, IEnumerable<(string Left, string Right)> rows)
    {
        var all = rows.ToList();
        if (all.Count == 0) return;
        var width = Math.Max(16, all.Max(row => row.Left.Length)) + 2;
        writer.WriteLine();
        writer.WriteLine($"{heading}:");
        foreach (var (left, right) in all) writer.WriteLine($"  {left.PadRight(width)}{right}");
    }

    private static void WriteExamples(TextWriter writer, IReadOnlyList<string> examples)
    {
        writer.WriteLine();
        writer.WriteLine("Examples:");
        foreach (var example in examples) writer.WriteLine($"  {example}");
    }

    private static (string Left, string Right) Row(Option option)
    {
        var names = string.Join(", ", option.Aliases.Where(alias => alias != option.Name).Append(option.Name));
        return (option.ValueType == typeof(bool) ? names : $"{names} {option.HelpName ?? option.Name.TrimStart('-').ToUpperInvariant()}", option.Description ?? "");
    }

    private static string Name(Argument argument) => argument.HelpName ?? argument.Name.ToUpperInvariant();

    private static string FirstSentence(Verb verb)
    {
        var text = verb.Description ?? "";
        var end = text.IndexOf(". ", StringComparison.Ordinal);
        return (end < 0 ? text : text[..end]).TrimEnd('.');
    }
}
