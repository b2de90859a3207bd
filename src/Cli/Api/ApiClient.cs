using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using Takt.Kernel;
using Takt.Supervisor;

namespace Takt.Cli.Api;

/// <summary>Calls the API of a running Takt. Every refusal becomes a <see cref="RefusedException"/>: one line with the mend.</summary>
internal sealed class ApiClient : IDisposable
{
    private readonly HttpClient http;
    private readonly string away;

    internal ApiClient(Uri address, string? token, string away)
    {
        this.away = away;
        http = new HttpClient(new SocketsHttpHandler { AutomaticDecompression = DecompressionMethods.All, UseProxy = !address.IsLoopback }) { BaseAddress = address, Timeout = TimeSpan.FromMinutes(10) };
        if (token is not null) http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    /// <summary>Where it calls.</summary>
    public Uri Address => http.BaseAddress!;

    /// <summary><c>TAKT_URL</c> and <c>TAKT_TOKEN</c> where given, else the Takt that runs in this home, as its admin.</summary>
    /// <exception cref="RefusedException">None runs there.</exception>
    public static ApiClient For(TaktHome home)
    {
        var token = Environment.GetEnvironmentVariable("TAKT_TOKEN");
        if (Environment.GetEnvironmentVariable("TAKT_URL") is { Length: > 0 } told)
        {
            if (!Uri.TryCreate(told, UriKind.Absolute, out var url)) throw new RefusedException(new Problem("not-a-url", 400, $"TAKT_URL is '{told}', which is no URL.", "Write it as http://host:port."));
            return new ApiClient(url, token, $"Nobody answers on {url} (TAKT_URL).");
        }

        var running = RunningTakt.Read(home) ?? throw NotRunning(home);
        return new ApiClient(running.Url, token ?? ReadToken(home), NotRunning(home).Message);
    }

    /// <summary>A path in a project: <c>api.InProject("default", "datasets")</c>.</summary>
    public static string InProject(string project, string path) => $"api/v1/projects/{Uri.EscapeDataString(project)}/{path}";

    public async Task<T> GetAsync<T>(string path, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        return await ReadAsync<T>(request, cancellationToken);
    }

    /// <summary>Posts with an idempotency key of its own, so that a retry below does nothing twice.</summary>
    public async Task<T> PostAsync<T>(string path, object? body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path);
        if (body is not null) request.Content = JsonContent.Create(body, options: TaktJson.Options);
        request.Headers.Add("Idempotency-Key", Guid.CreateVersion7().ToString("N"));
        return await ReadAsync<T>(request, cancellationToken);
    }

    public async Task<T> PutAsync<T>(string path, object body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, path) { Content = JsonContent.Create(body, options: TaktJson.Options) };
        return await ReadAsync<T>(request, cancellationToken);
    }

    /// <summary>Any request; the answer is a success and its body not yet read. For uploads and streams.</summary>
    /// <exception cref="RefusedException">Refused, or nobody there.</exception>
    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        HttpResponseMessage answer;
        try
        {
            answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        }
        catch (HttpRequestException e) when (e.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionRefused })
        {
            throw new RefusedException(new Problem("not-running", 503, away));
        }
        catch (HttpRequestException e)
        {
            throw new RefusedException(new Problem("no-answer", 503, $"{Address} did not answer: {e.Message.TrimEnd('.')}.", "See 'takt status', and the logs in Takt's home."));
        }

        if (answer.IsSuccessStatusCode) return answer;
        using (answer) throw new RefusedException(await ProblemOfAsync(answer, cancellationToken));
    }

    public void Dispose() => http.Dispose();

    internal static RefusedException NotRunning(TaktHome home) =>
        new(new Problem("not-running", 503, $"Takt is not running in {home.Folder}: start it with 'takt up'."));

    private async Task<T> ReadAsync<T>(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var answer = await SendAsync(request, cancellationToken);
        return (await answer.Content.ReadFromJsonAsync<T>(TaktJson.Options, cancellationToken))!;
    }

    private static async Task<Problem> ProblemOfAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        var status = (int)answer.StatusCode;
        try
        {
            var body = await answer.Content.ReadFromJsonAsync<JsonElement>(cancellationToken);
            var type = Text(body, "type")?.Replace("takt:", "", StringComparison.Ordinal) ?? "refused";
            var detail = Text(body, "detail") ?? Text(body, "title") ?? $"The server answered {status}.";
            var findings = body.TryGetProperty("findings", out var found) && found.ValueKind == JsonValueKind.Array ? found.EnumerateArray().Select(one => one.ToString()).ToList() : [];
            return new Problem(type, status, detail, Text(body, "mend") ?? MendFor(answer.StatusCode)) { Findings = findings };
        }
        catch (JsonException)
        {
            return new Problem("refused", status, $"{answer.RequestMessage?.RequestUri?.AbsolutePath} was answered with {status} {answer.ReasonPhrase}.", MendFor(answer.StatusCode));
        }
    }

    private static string? MendFor(HttpStatusCode status) => status switch
    {
        HttpStatusCode.Unauthorized => "Give a token: TAKT_TOKEN, or run as the user who owns Takt's home.",
        HttpStatusCode.Forbidden => "Ask an admin of the project for the role, or use another token.",
        _ => null,
    };

    private static string? Text(JsonElement body, string name) =>
        body.ValueKind == JsonValueKind.Object && body.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static string? ReadToken(TaktHome home)
    {
        try
        {
            return File.ReadAllText(home.AdminToken()).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // the server says what a stranger may not
        }
    }
}
