using System.CommandLine;

namespace Takt.Cli.Shell;

/// <summary>Says in one line what is wrong with a command line, and what was perhaps meant.</summary>
internal static class Misuse
{
    internal static string Of(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        var help = command is RootCommand ? "See 'takt --help'." : $"See 'takt {TaktShell.PathOf(parsed)} --help'.";
        if (parsed.UnmatchedTokens.Count == 0)
        {
            return command.Subcommands.Count > 0 && command is not RootCommand
                ? $"'{TaktShell.PathOf(parsed)}' needs one of: {string.Join(", ", command.Subcommands.Select(verb => verb.Name))}. {help}"
                : $"{string.Join(' ', parsed.Errors.Select(error => error.Message.TrimEnd('.') + '.').Distinct())} {help}";
        }

        var word = parsed.UnmatchedTokens[0];
        var isOption = word.StartsWith('-');
        var known = isOption
            ? command.Options.Concat(GlobalOptions.All).Select(option => option.Name)
            : command.Subcommands.Where(verb => !verb.Hidden).Select(verb => verb.Name);
        var near = known.Select(name => (Name: name, Distance: Distance(word, name))).Where(one => one.Distance <= Math.Max(1, word.Length / 3)).OrderBy(one => one.Distance).FirstOrDefault().Name;
        var kind = isOption ? "no option here" : command.Subcommands.Count > 0 ? "no verb" : "one argument too many";
        return near is null ? $"'{word}' is {kind}. {help}" : $"'{word}' is {kind}; did you mean '{near}'? {help}";
    }

    /// <summary>How many letters must be changed, added or left out (Levenshtein).</summary>
    internal static int Distance(string from, string to)
    {
        var row = Enumerable.Range(0, to.Length + 1).ToArray();
        for (var i = 1; i <= from.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= to.Length; j++)
            {
                var above = row[j];
                row[j] = Math.Min(Math.Min(row[j - 1], above) + 1, diagonal + (from[i - 1] == to[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }

        return row[to.Length];
    }
}
