using System.Globalization;
using Takt.Cli.Api;
using Takt.Cli.Shell;
using Takt.Supervisor;

namespace Takt.Cli.Verbs;

internal static class StatusVerb
{
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(3);

    private sealed record Part(string Name, int? Process, bool Answers, string Where);

    private sealed record Status(string Home, DateTimeOffset Started, bool Supervised, IReadOnlyList<Part> Parts);

    internal static Verb Create() => new Verb("status", "Shows what runs in this home, where, and whether it answers. Exit code 1 where something does not.")
    {
        Group = VerbGroup.Everyday,
        Examples = ["takt status", "takt status --json", "takt status --home /srv/takt"],
    }.Does(RunAsync);

    private static async Task<int> RunAsync(VerbCall call, CancellationToken cancellationToken)
    {
        var running = RunningTakt.Read(call.Home);
        if (running is null || !running.Processes.Values.Any(process => process.IsAlive)) throw ApiClient.NotRunning(call.Home);
        using var http = new HttpClient { Timeout = patience };
        var parts = new List<Part>
        {
            new("supervisor", Id(running, "supervisor"), running.IsSupervised, ""),
            new("server", Id(running, "server"), await AnswersAsync(http, new Uri(running.Url, "/ready"), cancellationToken), running.Url.ToString()),
            new("serve", Id(running, "serve"), await AnswersAsync(http, new Uri(running.DataPlaneUrl, "/v2/health/live"), cancellationToken), running.DataPlaneUrl.ToString()),
        };
        if (running.Processes.ContainsKey("postgres")) parts.Add(new("postgres", Id(running, "postgres"), running.Processes["postgres"].IsAlive, ""));

        call.Out.Show(new Status(call.Home.Folder, running.Started, running.IsSupervised, parts), status =>
        {
            call.Out.Line($"Takt in {status.Home}, up since {status.Started:yyyy-MM-dd HH:mm:ss} UTC");
            call.Out.Table(["", "process", "", ""], status.Parts.Select(part => (IReadOnlyList<string>)
                [part.Name, part.Process?.ToString(CultureInfo.InvariantCulture) ?? "-", part.Answers ? part.Where.Length > 0 ? "answers" : "runs" : "DOES NOT ANSWER", part.Where]));
            if (!status.Supervised) call.Out.Line("No supervisor keeps them alive: 'takt up' takes them over.");
        });
        return parts.TrueForAll(part => part.Answers) ? 0 : 1;
    }

    private static int? Id(RunningTakt running, string name) => running.Processes.TryGetValue(name, out var process) ? process.Id : null;

    private static async Task<bool> AnswersAsync(HttpClient http, Uri url, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await http.GetAsync(url, cancellationToken);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }
}
