using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Takt.TestKit;

namespace Takt.Serving.Tests.Inference;

/// <summary>A data plane in this process: real Kestrel on the loopback, real ONNX Runtime.</summary>
internal sealed class RunningDataPlane : IAsyncDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly Task running;

    private RunningDataPlane(Task running, CancellationTokenSource stop, string url, TestFolder? own)
    {
        this.running = running;
        this.stop = stop;
        Url = url;
        Own = own;
        Client = new HttpClient { BaseAddress = new Uri(url) };
        Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", ControlPlaneStandIn.Token);
    }

    public string Url { get; }

    public HttpClient Client { get; }

    private TestFolder? Own { get; }

    public static async Task<RunningDataPlane> StartAsync(string controlPlane, TestFolder? folder = null, Func<DataPlaneOptions, DataPlaneOptions>? change = null, string token = ControlPlaneStandIn.Token)
    {
        var own = folder is null ? new TestFolder() : null;
        folder ??= own!;
        await File.WriteAllTextAsync(folder["token"], token);
        var listening = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var options = new DataPlaneOptions(folder["plane"], "http://127.0.0.1:0", controlPlane, folder["token"]) { Listening = listening.SetResult };
        var stop = new CancellationTokenSource();
        var running = DataPlaneHost.RunAsync(change?.Invoke(options) ?? options, stop.Token);
        if (await Task.WhenAny(running, listening.Task) == running) await running;
        return new RunningDataPlane(running, stop, await listening.Task, own);
    }

    public Task<HttpResponseMessage> PostAsync(string body, string path = "/v2/models/d/infer") =>
        Client.PostAsync(path, new StringContent(body, Encoding.UTF8, "application/json"));

    public async Task<JsonNode> InferAsync(string body, string path = "/v2/models/d/infer")
    {
        using var response = await PostAsync(body, path);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return JsonNode.Parse(text)!;
    }

    public static string Body(double a, double b, string extra = "") =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $$"""{{{extra}}"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[{{a}},{{b}}]}]}""");

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await stop.CancelAsync();
        await running;
        stop.Dispose();
        Own?.Dispose();
    }
}
