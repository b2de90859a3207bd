using Takt.Cli.Api;
using Takt.Cli.Shell;
using Takt.Kernel;

namespace Takt.Cli.Verbs;

internal static class TokenVerb
{
    internal static Verb Create() => new("token", "Shows the token to sign in with.")
    {
        Group = VerbGroup.Everyday,
        Takes = [Show()],
        Examples = ["takt token show"],
    };

    private static Verb Show() => new Verb("show", "Prints the admin token that the first start made in this home, for its owner alone.")
    {
        Group = VerbGroup.Everyday,
        Examples = ["takt token show", "curl -H \"Authorization: Bearer $(takt token show)\" http://127.0.0.1:8585/api/v1/projects"],
    }.Does((call, _) =>
    {
        call.Out.Show(new { Token = Read(call.Home) }, answer => call.Out.Raw(answer.Token));
        return Task.CompletedTask;
    });

    private static string Read(TaktHome home)
    {
        try
        {
            return File.ReadAllText(home.AdminToken()).Trim();
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new RefusedException(new Problem("no-admin-token", 404, $"{home.Folder} has no admin token yet.", "The first 'takt up' makes it."));
        }
        catch (UnauthorizedAccessException)
        {
            throw new RefusedException(new Problem("no-admin-token", 403, $"{home.AdminToken()} is readable by its owner alone.", "Run this as the user who started Takt."));
        }
    }
}
