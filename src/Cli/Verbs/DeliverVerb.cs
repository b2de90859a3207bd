using System.CommandLine;
using System.Text.Json;
using Takt.Cli.Api;
using Takt.Cli.Demo;
using Takt.Cli.Shell;
using Takt.Kernel;

namespace Takt.Cli.Verbs;

internal static class DeliverVerb
{
    private static readonly Argument<string> dataset = new("dataset") { Description = "Of takt.yaml" };
    private static readonly Argument<FileInfo> file = new("file") { Description = "Parquet, CSV or JSON lines" };
    private static readonly Option<bool> replace = new("--replace") { Description = "The file is the whole dataset, not further rows" };
    private static readonly Option<string> note = new("--note") { Description = "Kept with the delivery", HelpName = "TEXT", DefaultValueFactory = _ => "" };

    internal static Verb Create() => new Verb("deliver", "Delivers data to a dataset. It becomes a version if its checks pass, else it is set aside and every failed check is named (exit code 1).")
    {
        Group = VerbGroup.Loop,
        Takes = [dataset, file, replace, note],
        Examples = ["takt deliver flights january.parquet", "takt deliver flights corrected.csv --replace --note \"distances mended\""],
    }.Does(RunAsync);

    private static async Task RunAsync(VerbCall call, CancellationToken cancellationToken)
    {
        var source = call.Value(file);
        if (!source.Exists) throw new RefusedException(new Problem("no-file", 404, $"There is no file {source.FullName}."));
        var mode = call.Value(replace) ? "replace" : "append";
        await using var content = source.OpenRead();
        using var request = new HttpRequestMessage(HttpMethod.Post, ApiClient.InProject(call.Project, $"datasets/{Uri.EscapeDataString(call.Value(dataset))}/deliveries?mode={mode}&note={Uri.EscapeDataString(call.Value(note) ?? "")}"));
        request.Content = new StreamContent(content);
        using var answer = await call.Api.SendAsync(request, cancellationToken);
        await using var body = await answer.Content.ReadAsStreamAsync(cancellationToken);
        var delivery = await JsonSerializer.DeserializeAsync<JsonElement>(body, TaktJson.Options, cancellationToken);
        call.Out.Show(delivery, d => call.Out.Line($"{d.Text("dataset")}/{d.Text("version")}: {d.Whole("rows"):N0} rows delivered, {d.GetProperty("checks").GetArrayLength()} checks passed (delivery {d.Text("id")})."));
    }
}
