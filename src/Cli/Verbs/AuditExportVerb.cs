using System.CommandLine;
using Takt.Cli.Api;
using Takt.Cli.Shell;
using Takt.Kernel;

namespace Takt.Cli.Verbs;

internal static class AuditExportVerb
{
    private static readonly Argument<string> file = new("file") { Description = "Where to write it, one JSON object a line" };
    private static readonly Option<bool> all = new("--all") { Description = "Every project's facts, not only this project's" };

    internal static Verb Create() => new Verb("export", "Writes the journal to a file that 'takt audit verify FILE' checks anywhere, years later, without Takt's database.")
    {
        Group = VerbGroup.Record,
        Takes = [file, all],
        Examples = ["takt audit export journal.jsonl", "takt audit export --all everything.jsonl"],
    }.Does(RunAsync);

    private static async Task RunAsync(VerbCall call, CancellationToken cancellationToken)
    {
        var path = Path.GetFullPath(call.Value(file));
        // A journal cut short must not look like one: the name comes last.
        var unfinished = path + ".unfinished";
        using var request = new HttpRequestMessage(HttpMethod.Get, call.Value(all) ? "api/v1/journal/export" : ApiClient.InProject(call.Project, "journal/export"));
        using var answer = await call.Api.SendAsync(request, cancellationToken);
        try
        {
            await using (var written = File.Create(unfinished)) await answer.Content.CopyToAsync(written, cancellationToken);
            File.Move(unfinished, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or HttpRequestException)
        {
            throw new RefusedException(new Problem("export-failed", 400, $"{path} was not written: {e.Message.TrimEnd('.')}.", "Choose another place, and see 'takt status'."));
        }

        var bytes = new FileInfo(path).Length;
        call.Out.Show(new { File = path, Bytes = bytes }, shown => call.Out.Line($"{shown.File}: {shown.Bytes:N0} bytes. Check it anywhere: takt audit verify {call.Value(file)}"));
    }
}
