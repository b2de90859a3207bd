using System.Reflection;
using System.Runtime.InteropServices;
using Takt.Cli.Shell;
using Takt.Supervisor;

namespace Takt.Cli.Verbs;

internal static class VersionVerb
{
    private sealed record Version(string Takt, string Dotnet, string System, int? Postgres);

    internal static Verb Create() => new Verb("version", "Prints the versions of Takt, .NET and PostgreSQL.")
    {
        Group = VerbGroup.Everyday,
        Examples = ["takt version", "takt version --json"],
    }.Does((call, _) =>
    {
        call.Out.Show(new Version(Own, Environment.Version.ToString(), RuntimeInformation.RuntimeIdentifier, PostgresBinaries.FindAll().FirstOrDefault()?.Major), version =>
            call.Out.Line($"takt {version.Takt}, .NET {version.Dotnet}, PostgreSQL {version.Postgres?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "missing"}, {version.System}"));
        return Task.CompletedTask;
    });

    private static string Own => typeof(VersionVerb).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";
}
