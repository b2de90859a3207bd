using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Takt.Kernel;

namespace Takt.Serving;

/// <summary>The data plane's way to its control plane. The token is read from its file, again after a refusal.</summary>
internal sealed class DataPlaneClient : IDisposable
{
    private readonly HttpClient http;
    private readonly string tokenFile;

    public DataPlaneClient(string url, string tokenFile, Guid dataPlane)
    {
        this.tokenFile = tokenFile;
        http = new HttpClient(new SocketsHttpHandler { UseProxy = false, ConnectTimeout = TimeSpan.FromSeconds(2), PooledConnectionLifetime = TimeSpan.FromMinutes(5) })
        {
            BaseAddress = new Uri(url.TrimEnd('/') + "/"), Timeout = TimeSpan.FromSeconds(60),
        };
        http.DefaultRequestHeaders.Add("X-Takt-Data-Plane", dataPlane.ToString("N"));
    }

    /// <summary>Held until there is work; null where there is none.</summary>
    public async Task<DataPlaneOrders?> OrdersAsync(long after, string tokens, long seal, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(() => new HttpRequestMessage(HttpMethod.Get,
            string.Create(CultureInfo.InvariantCulture, $"api/v1/data-plane/plan?after={after}&tokens={tokens}&seal={seal}")), cancellationToken).ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.NoContent) return null;
        return await response.Content.ReadFromJsonAsync<DataPlaneOrders>(TaktJson.Options, cancellationToken).ConfigureAwait(false);
    }

    public async Task ReportAsync(DataPlaneReport report, CancellationToken cancellationToken)
    {
        using var _ = await SendAsync(() => new HttpRequestMessage(HttpMethod.Post, "api/v1/data-plane/ack") { Content = JsonContent.Create(report, options: TaktJson.Options) }, cancellationToken).ConfigureAwait(false);
    }

    public async Task<byte[]> ModelAsync(Digest digest, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(() => new HttpRequestMessage(HttpMethod.Get, $"api/v1/data-plane/models/{digest}"), cancellationToken).ConfigureAwait(false);
        return await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Hands over bytes of a segment from an offset; gives how far the control plane has it now.</summary>
    /// <param name="length">The closed segment's whole length; null while it is open.</param>
    public async Task<SegmentState> ShipAsync(string segment, long offset, ReadOnlyMemory<byte> bytes, long? length, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(() => new HttpRequestMessage(HttpMethod.Post,
            string.Create(CultureInfo.InvariantCulture, $"api/v1/data-plane/segments/{segment}?offset={offset}{(length is null ? "" : $"&length={length}")}"))
        {
            Content = new ReadOnlyMemoryContent(bytes) { Headers = { ContentType = new MediaTypeHeaderValue("application/octet-stream") } },
        }, cancellationToken).ConfigureAwait(false);
        return (await response.Content.ReadFromJsonAsync<SegmentState>(TaktJson.Options, cancellationToken).ConfigureAwait(false))!;
    }

    public void Dispose() => http.Dispose();

    private async Task<HttpResponseMessage> SendAsync(Func<HttpRequestMessage> make, CancellationToken cancellationToken)
    {
        if (http.DefaultRequestHeaders.Authorization is null) await ReadTokenAsync(cancellationToken).ConfigureAwait(false);
        for (var again = false; ; again = true)
        {
            using var request = make();
            var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
            if (response.IsSuccessStatusCode) return response;
            var status = response.StatusCode;
            var text = await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
            response.Dispose();
            if (again || status != HttpStatusCode.Unauthorized) throw new HttpRequestException($"{request.RequestUri?.AbsolutePath} was answered {(int)status}: {text[..Math.Min(text.Length, 300)]}", null, status);
            await ReadTokenAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task ReadTokenAsync(CancellationToken cancellationToken)
    {
        var token = await File.ReadAllTextAsync(tokenFile, cancellationToken).ConfigureAwait(false);
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token.Trim());
    }
}

/// <param name="Acknowledged">Bytes of the segment that the control plane has.</param>
/// <param name="Sealed">It is complete there and may go here.</param>
internal sealed record SegmentState(long Acknowledged, bool Sealed);
