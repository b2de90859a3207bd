using System.Text.Json;
using Takt.Cli.Api;
using Takt.Cli.Shell;

namespace Takt.Cli.Verbs;

internal static class OpenVerb
{
    internal static Verb Create() => new Verb("open", "Prints a link to the pages that signs in by itself, once, within ten minutes. The token itself never gets into a browser's history.")
    {
        Group = VerbGroup.Everyday,
        Examples = ["takt open", "xdg-open \"$(takt open)\""],
    }.Does(RunAsync);

    private static async Task RunAsync(VerbCall call, CancellationToken cancellationToken)
    {
        var made = await call.Api.PostAsync<JsonElement>("api/v1/sign-in/links", null, cancellationToken);
        var link = new Uri(call.Api.Address, made.GetProperty("path").GetString()!);
        call.Out.Show(new { Link = link }, answer => call.Out.Raw(answer.Link.ToString()));
    }
}
