using System.Net.Http.Headers;
using System.Text.Json;
using Takt.Cli.Api;
using Takt.Kernel;

namespace Takt.Cli.Demo;

/// <summary>What the steps of the demo share. Everything goes through the public API, as a user's own program would.</summary>
internal sealed class DemoWorld(ApiClient api, string project, FlightBook book, FlightTraffic traffic, string folder, Action<string> say) : IDisposable
{
    public const string Dataset = "flights";
    public const string Pipeline = "train-flight-late";
    public const string Deployment = "flight-late";
    public const string Model = "flight-late";

    public string Project => project;

    public ApiClient Api => api;

    public FlightBook Book => book;

    public FlightTraffic Traffic => traffic;

    /// <summary>For files on their way.</summary>
    public string Folder => folder;

    public DemoTable Table { get; } = new();

    /// <summary>Live requests so far, and those that failed: none may.</summary>
    public long Requests { get; set; }

    public long Failed { get; set; }

    public string? FirstFailure { get; set; }

    /// <summary>Where the replay stands, event time.</summary>
    public DateTime Clock { get; set; } = new(2001, 2, 1);

    public void Say(string what) => say(what);

    public Task<JsonElement> GetAsync(string path, CancellationToken cancellationToken) => api.GetAsync<JsonElement>(ApiClient.InProject(project, path), cancellationToken);

    public Task<JsonElement> PostAsync(string path, object? body, CancellationToken cancellationToken) =>
        api.PostAsync<JsonElement>(ApiClient.InProject(project, path), body, cancellationToken);

    /// <summary>Delivers a file to the dataset; a refused delivery is an answer too.</summary>
    public async Task<JsonElement> DeliverAsync(string path, string note, CancellationToken cancellationToken)
    {
        await using var file = File.OpenRead(path);
        using var request = new HttpRequestMessage(HttpMethod.Post, ApiClient.InProject(project, $"datasets/{Dataset}/deliveries?note={Uri.EscapeDataString(note)}"));
        request.Content = new StreamContent(file);
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/vnd.apache.parquet");
        using var answer = await api.SendAsync(request, cancellationToken);
        await using var body = await answer.Content.ReadAsStreamAsync(cancellationToken);
        return await JsonSerializer.DeserializeAsync<JsonElement>(body, TaktJson.Options, cancellationToken);
    }

    /// <summary>Asks live about these flights, and counts what failed.</summary>
    public async Task<TrafficReport> ReplayAsync(IReadOnlyList<Flight> flights, CancellationToken cancellationToken)
    {
        var report = await traffic.SendAsync(flights, cancellationToken);
        Requests += flights.Count;
        Failed += report.Failed;
        FirstFailure ??= report.FirstFailure;
        return report;
    }

    /// <summary>What became of the flights, as it arrives afterwards.</summary>
    public async Task TellTruthAsync(TrafficReport report, CancellationToken cancellationToken)
    {
        foreach (var chunk in report.Answers.Chunk(20_000))
            await PostAsync($"deployments/{Deployment}/truth", chunk.Select(a => new Dictionary<string, object> { ["request_id"] = a.Answer.Id, ["label"] = a.Flight.Late ? 1 : 0 }), cancellationToken);
    }

    /// <summary>Asks again until there is an answer; says after the time what was waited for.</summary>
    public async Task<T> UntilAsync<T>(string what, TimeSpan patience, Func<Task<T?>> ask, CancellationToken cancellationToken) where T : struct
    {
        using var limit = new CancellationTokenSource(patience);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        try
        {
            while (true)
            {
                if (await ask() is { } answer) return answer;
                await timer.WaitForNextTickAsync(either.Token);
            }
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new StepFailedException($"{what} did not come within {patience.TotalSeconds:0} s");
        }
    }

    /// <summary>The newest fact of that kind; one just written is readable once it is sequenced.</summary>
    public Task<JsonElement> FactAsync(string kind, CancellationToken cancellationToken) => UntilAsync<JsonElement>($"a fact '{kind}' in the journal", TimeSpan.FromSeconds(5), async () =>
        (await GetAsync($"journal/facts?kind={kind}&newest=true&limit=1", cancellationToken)).Items().Select(f => (JsonElement?)f).FirstOrDefault(), cancellationToken);

    /// <summary>Waits for a pipeline run's end, and says each step as it ends.</summary>
    public async Task<JsonElement> RunEndAsync(string run, CancellationToken cancellationToken)
    {
        var told = new HashSet<string>();
        return await UntilAsync<JsonElement>($"the end of pipeline run {run}", TimeSpan.FromMinutes(5), async () =>
        {
            var now = await GetAsync($"pipeline-runs/{run}", cancellationToken);
            foreach (var step in now.GetProperty("steps").EnumerateArray())
            {
                var (name, state) = (step.Text("name"), step.Text("state"));
                if (state is not ("pending" or "running") && told.Add($"{name} {state}")) Say($"  {Pipeline}: {name} {state}{(step.Text("reason") is { Length: > 0 } reason ? $": {reason}" : "")}");
            }
            return now.Text("state") is "succeeded" or "failed" or "refused" or "cancelled" ? now : null;
        }, cancellationToken);
    }

    public void Dispose()
    {
        traffic.Dispose();
        book.Dispose();
    }
}
