using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Takt.Kernel;
using Takt.TestHost;

namespace Takt.Tracking.Tests.MLflow;

/// <summary>Takt as MLflow's clients see it.</summary>
internal sealed class MLflowServer : IAsyncDisposable
{
    public required TestServer Server { get; init; }

    public HttpClient Client => Server.Client;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <param name="behind">Modules behind Tracking.</param>
    public static async Task<MLflowServer> StartAsync(params IModule[] behind) => new() { Server = await TestServer.StartAsync([new TrackingModule(), .. behind]) };

    public async Task<JsonElement> SendAsync(HttpMethod method, string path, object body)
    {
        using var request = new HttpRequestMessage(method, $"/api/2.0/mlflow/{path}") { Content = JsonContent.Create(body) };
        return await AnswerAsync(HttpStatusCode.OK, Client.SendAsync(request, Stop));
    }

    public Task<JsonElement> PostAsync(string path, object body) => AnswerAsync(HttpStatusCode.OK, Client.PostAsJsonAsync($"/api/2.0/mlflow/{path}", body, Stop));

    public Task<JsonElement> GetAsync(string path) => AnswerAsync(HttpStatusCode.OK, Client.GetAsync($"/api/2.0/mlflow/{path}", Stop));

    /// <summary>Sends what must be refused; gives <c>CODE: message</c>.</summary>
    public async Task<string> RefusedAsync(string path, object? body, int status = 400)
    {
        var text = body as string ?? JsonSerializer.Serialize(body);
        using var content = new StringContent(text, Encoding.UTF8, "application/json");
        var refusal = await AnswerAsync((HttpStatusCode)status, body is null ? Client.GetAsync($"/api/2.0/mlflow/{path}", Stop) : Client.PostAsync($"/api/2.0/mlflow/{path}", content, Stop));
        return $"{refusal.GetProperty("error_code").GetString()}: {refusal.GetProperty("message").GetString()}";
    }

    public async Task<string> ExperimentAsync(string name = "flights") => (await PostAsync("experiments/create", new { name })).GetProperty("experiment_id").GetString()!;

    public async Task<string> RunAsync(string experiment = "0", long start = 1, string? name = null) =>
        (await PostAsync("runs/create", new { experiment_id = experiment, start_time = start, run_name = name })).GetProperty("run").GetProperty("info").GetProperty("run_id").GetString()!;

    public async Task<JsonElement> GetRunAsync(string run) => (await GetAsync($"runs/get?run_id={run}")).GetProperty("run");

    public Task MetricAsync(string run, string key, object value, long time = 1, long step = 0) => PostAsync("runs/log-metric", new { run_id = run, key, value, timestamp = time, step });

    public async Task<List<string>> SearchAsync(string experiment, string? filter = null, params string[] order)
    {
        var found = await PostAsync("runs/search", new { experiment_ids = new[] { experiment }, filter, order_by = order });
        return found.TryGetProperty("runs", out var runs) ? [.. runs.EnumerateArray().Select(r => r.GetProperty("info").GetProperty("run_name").GetString()!)] : [];
    }

    public async Task<List<string>> FactsAsync()
    {
        await using var command = Server.Database.Owner.CreateCommand("SELECT kind FROM journal.facts ORDER BY at, id");
        await using var reader = await command.ExecuteReaderAsync(Stop);
        var kinds = new List<string>();
        while (await reader.ReadAsync(Stop)) kinds.Add(reader.GetString(0));
        return kinds;
    }

    public static async Task<JsonElement> AnswerAsync(HttpStatusCode expected, Task<HttpResponseMessage> sending)
    {
        using var answer = await sending;
        var text = await answer.Content.ReadAsStringAsync(Stop);
        Assert.True(expected == answer.StatusCode, $"{(int)answer.StatusCode} {answer.RequestMessage!.RequestUri}: {text}");
        return JsonDocument.Parse(text).RootElement.Clone();
    }

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}
