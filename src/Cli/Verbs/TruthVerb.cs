using System.CommandLine;
using System.Net.Http.Headers;
using System.Text.Json;
using Takt.Cli.Api;
using Takt.Cli.Demo;
using Takt.Cli.Shell;
using Takt.Kernel;

namespace Takt.Cli.Verbs;

internal static class TruthVerb
{
    private const int LinesACall = 50_000;

    private static readonly Argument<string> deployment = new("deployment") { Description = "Of takt.yaml" };
    private static readonly Argument<FileInfo> file = new("file") { Description = "Lines of JSON: {\"request_id\": \"…\", \"label\": 1}" };

    internal static Verb Create() => new Verb("truth", "Tells a deployment what became of its predictions: truth, joined by request id.")
    {
        Group = VerbGroup.Loop,
        Takes = [deployment, file],
        Examples = ["takt truth flight-late outcomes.jsonl"],
    }.Does(RunAsync);

    private static async Task RunAsync(VerbCall call, CancellationToken cancellationToken)
    {
        var source = call.Value(file);
        if (!source.Exists) throw new RefusedException(new Problem("no-file", 404, $"There is no file {source.FullName}."));
        var sum = new Dictionary<string, long>();
        foreach (var lines in File.ReadLines(source.FullName).Where(l => !string.IsNullOrWhiteSpace(l)).Chunk(LinesACall))
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, ApiClient.InProject(call.Project, $"deployments/{Uri.EscapeDataString(call.Value(deployment))}/truth"));
            request.Content = new StringContent(string.Join('\n', lines), new MediaTypeHeaderValue("application/x-ndjson"));
            using var answer = await call.Api.SendAsync(request, cancellationToken);
            await using var body = await answer.Content.ReadAsStreamAsync(cancellationToken);
            var receipt = await JsonSerializer.DeserializeAsync<JsonElement>(body, TaktJson.Options, cancellationToken);
            foreach (var count in receipt.EnumerateObject().Where(p => p.Value.ValueKind == JsonValueKind.Number)) sum[count.Name] = sum.GetValueOrDefault(count.Name) + count.Value.GetInt64();
        }
        call.Out.Show(sum, counts => call.Out.Line(counts.Count == 0 ? "The file has no line." : string.Join(", ", counts.Select(c => $"{c.Key} {c.Value:N0}"))));
    }
}
