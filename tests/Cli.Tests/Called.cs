using Takt.Cli.Shell;

namespace Takt.Cli.Tests;

/// <summary>What a command line answered.</summary>
internal sealed record Called(int Code, string Output, string Errors)
{
    internal static async Task<Called> With(params string[] arguments)
    {
        await using var output = new StringWriter();
        await using var errors = new StringWriter();
        var code = await TaktShell.RunAsync(arguments, output, errors, TestContext.Current.CancellationToken);
        return new(code, output.ToString(), errors.ToString());
    }
}
