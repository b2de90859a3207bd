using Takt.Kernel;

namespace Takt.Cli.Api;

internal static class TokenFile
{
    /// <summary>The first admin's token, written by the first start, readable by its owner alone.</summary>
    internal static string AdminToken(this TaktHome home) => Path.Combine(home.Tokens, "admin.token");
}
