using System.CommandLine;

namespace Takt.Cli.Shell;

/// <summary>What every verb takes.</summary>
internal static class GlobalOptions
{
    internal static readonly Option<string?> Home = new("--home") { Description = "Where Takt keeps everything. Default: TAKT_HOME, else ~/.takt", HelpName = "DIR", Recursive = true };

    internal static readonly Option<string?> Project = new("--project", "-p")
    {
        Description = "The project to act in. Default: TAKT_PROJECT, else the one that ./takt.yaml names, else 'default'", HelpName = "NAME", Recursive = true,
    };

    internal static readonly Option<bool> Json = new("--json") { Description = "Answer in JSON, for programs", Recursive = true };

    internal static IReadOnlyList<Option> All { get; } = [Home, Project, Json];
}
