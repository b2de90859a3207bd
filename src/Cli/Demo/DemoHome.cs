using Takt.Cli.Shell;
using Takt.Kernel;
using Takt.Supervisor;

namespace Takt.Cli.Demo;

/// <summary>Where the demo keeps its own: never in the home that people work in, unless they name it.</summary>
internal static class DemoHome
{
    public static TaktHome Locate(VerbCall call)
    {
        var named = call.WasGiven(GlobalOptions.Home) || Environment.GetEnvironmentVariable("TAKT_HOME") is { Length: > 0 };
        return named ? call.Home : new TaktHome($"{HomeFolders.Locate(null).Folder}-demo");
    }
}
