using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Takt.Cli.Demo;

/// <summary>Asks the deployment about flights as live traffic: one row a request, by the Open Inference Protocol, over some connections at once.</summary>
internal sealed class FlightTraffic : IDisposable
{
    private readonly HttpClient http;
    private readonly Uri infer;
    private readonly int connections;

    public FlightTraffic(Uri dataPlane, string project, string deployment, string token, int connections)
    {
        this.connections = connections;
        http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = connections, UseCookies = false, UseProxy = false, ActivityHeadersPropagator = null });
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        infer = new Uri(dataPlane, $"/v2/projects/{project}/models/{deployment}/infer");
    }

    /// <summary>Sends the flights in order. Each answer is kept; a failed one is counted with its first reason.</summary>
    public async Task<TrafficReport> SendAsync(IReadOnlyList<Flight> flights, CancellationToken cancellationToken)
    {
        var answers = new Answer?[flights.Count];
        var latencies = new double[flights.Count];
        var next = -1;
        string? failure = null;
        var failed = 0;
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => Task.Run(async () =>
        {
            var body = new byte[1024];
            for (int i; (i = Interlocked.Increment(ref next)) < flights.Count;)
            {
                var began = Stopwatch.GetTimestamp();
                try
                {
                    answers[i] = await AskAsync(flights[i], body, cancellationToken).ConfigureAwait(false);
                }
                catch (HttpRequestException e)
                {
                    Interlocked.Increment(ref failed);
                    Interlocked.CompareExchange(ref failure, e.Message, null);
                }
                latencies[i] = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
            }
        }, cancellationToken))).ConfigureAwait(false);
        Array.Sort(latencies);
        return new TrafficReport([.. answers.Zip(flights, (a, f) => (Answer: a, Flight: f)).Where(p => p.Answer is not null).Select(p => (p.Answer!, p.Flight))],
            failed, failure, clock.Elapsed, Quantile(latencies, .5), Quantile(latencies, .99));
    }

    public void Dispose() => http.Dispose();

    private static double Quantile(double[] sorted, double q) => sorted.Length == 0 ? 0 : sorted[(int)Math.Min(sorted.Length - 1, q * sorted.Length)];

    private async Task<Answer> AskAsync(Flight flight, byte[] body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, infer) { Content = new ByteArrayContent(body, 0, Write(flight, body)) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var response = await http.SendAsync(request, cancellationToken).ConfigureAwait(false);
        var bytes = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
        if (!response.IsSuccessStatusCode) throw new HttpRequestException($"{(int)response.StatusCode}: {Encoding.UTF8.GetString(bytes)}");
        using var json = JsonDocument.Parse(bytes);
        var root = json.RootElement;
        var parameters = root.GetProperty("parameters");
        return new Answer(root.GetProperty("id").GetString()!, parameters.GetProperty("revision").GetInt32(), parameters.GetProperty("model_digest").GetString()!);
    }

    private static int Write(Flight f, byte[] body) => Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $$"""
        {"parameters":{"event_time":"{{f.At:yyyy-MM-ddTHH:mm:ss}}Z"},"inputs":[{"name":"hour","shape":[1,1],"datatype":"INT64","data":[{{f.Hour}}]},{"name":"weekday","shape":[1,1],"datatype":"INT64","data":[{{f.Weekday}}]},{"name":"distance","shape":[1,1],"datatype":"FP32","data":[{{f.Distance}}]},{"name":"origin","shape":[1,1],"datatype":"BYTES","data":["{{f.Origin}}"]},{"name":"destination","shape":[1,1],"datatype":"BYTES","data":["{{f.Destination}}"]}]}
        """), body);
}

/// <param name="Id">The request id that the truth is joined by.</param>
/// <param name="Revision">Which one answered.</param>
internal sealed record Answer(string Id, int Revision, string ModelDigest);

/// <param name="FirstFailure">In words; null where none failed.</param>
internal sealed record TrafficReport(IReadOnlyList<(Answer Answer, Flight Flight)> Answers, int Failed, string? FirstFailure, TimeSpan Took, double P50, double P99)
{
    public double PerSecond => (Answers.Count + Failed) / Took.TotalSeconds;
}
