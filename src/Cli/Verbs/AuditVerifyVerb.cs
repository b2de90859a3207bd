using System.CommandLine;
using System.Globalization;
using Takt.Cli.Api;
using Takt.Cli.Shell;
using Takt.Journal;
using Takt.Kernel;

namespace Takt.Cli.Verbs;

internal static class AuditVerifyVerb
{
    private static readonly Argument<string?> file = new("file") { Description = "An export; it is verified without server, database or network. Default: the running journal", Arity = ArgumentArity.ZeroOrOne };
    private static readonly Option<bool> all = new("--all") { Description = "Every project's facts of the running journal, not only this project's" };
    private static readonly Option<string[]> trust = new("--trust") { Description = "With FILE: SHA-256 of a public key that is trusted, from a place outside the export; may repeat", HelpName = "DIGEST" };
    private static readonly Option<string[]> anchor = new("--anchor") { Description = "With FILE: a root noted earlier, which the journal must have had at that size; may repeat", HelpName = "SIZE:ROOT" };

    internal static Verb Create() => new Verb("verify", "Checks that every fact of the journal stands where it stood, as it was, under signed checkpoints. Exit code 1 where one does not; its position is named.")
    {
        Group = VerbGroup.Record,
        Takes = [file, all, trust, anchor],
        Examples = ["takt audit verify", "takt audit verify journal.jsonl", "takt audit verify --all --json"],
    }.Does(RunAsync);

    private static async Task<int> RunAsync(VerbCall call, CancellationToken cancellationToken)
    {
        var report = call.Value(file) is { } path
            ? await OfflineAsync(path, OptionsOf(call), cancellationToken)
            : await call.Api.GetAsync<VerifyReport>(call.Value(all) ? "api/v1/journal/verify" : ApiClient.InProject(call.Project, "journal/verify"), cancellationToken);
        call.Out.Show(report, _ => Tell(call, report));
        return report.IsWhole ? 0 : 1;
    }

    private static async Task<VerifyReport> OfflineAsync(string path, VerifyOptions options, CancellationToken cancellationToken)
    {
        try
        {
            await using var export = File.OpenRead(path);
            return await ExportVerifier.VerifyAsync(export, options, cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RefusedException(new Problem("file-unreadable", 400, $"{path} cannot be read: {e.Message.TrimEnd('.')}.", "Make an export with 'takt audit export FILE'."));
        }
    }

    private static VerifyOptions OptionsOf(VerbCall call) => new()
    {
        TrustedKeys = [.. (call.Value(trust) ?? []).Select(text => DigestOf(text, "--trust"))],
        Anchors = [.. (call.Value(anchor) ?? []).Select(AnchorOf)],
    };

    private static Anchor AnchorOf(string text)
    {
        var parts = text.Split(':', 2);
        return parts.Length == 2 && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var size)
            ? new Anchor(size, DigestOf(parts[1], "--anchor"))
            : throw new RefusedException(new Problem("not-an-anchor", 400, $"'{text}' is no SIZE:ROOT.", "Take both from an earlier verification, e.g. --anchor 128:9f2c..."));
    }

    private static Digest DigestOf(string text, string option) =>
        Digest.TryParse(text, null, out var digest) ? digest : throw new RefusedException(new Problem("not-a-digest", 400, $"'{text}' is no digest of 64 hex digits.", $"Give {option} the whole digest."));

    private static void Tell(VerbCall call, VerifyReport report)
    {
        call.Out.Line(report.Summary);
        call.Out.Line($"  root      {report.Root} at size {report.Size}");
        if (report.SignedAt is { } at) call.Out.Line($"  signed    {at:yyyy-MM-dd HH:mm:ss} UTC");
        foreach (var key in report.Keys) call.Out.Line($"  key       {key}");
        if (report.Position is { } position) call.Out.Line($"  position  {position}");
        if (report.Line is { } line) call.Out.Line($"  line      {line}");
    }
}
